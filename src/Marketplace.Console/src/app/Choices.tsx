import { MoonOutlined, SunOutlined, TranslationOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useT } from '../i18n/i18n'
import { usePreferences } from './preferences'

/** Language and colours, on every page. */
export function Choices() {
  const t = useT()
  const { language, scheme, setLanguage, setScheme } = usePreferences()
  return (
    <>
      <Button type="text" icon={<TranslationOutlined />} lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}>
        {language === 'zh' ? 'English' : '中文'}
      </Button>
      <Button type="text" icon={scheme === 'dark' ? <SunOutlined /> : <MoonOutlined />} aria-label={scheme === 'dark' ? t('Light colours') : t('Dark colours')} onClick={() => setScheme(scheme === 'dark' ? 'light' : 'dark')} />
    </>
  )
}
