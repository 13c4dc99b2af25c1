import { LoadingOutlined } from '@ant-design/icons'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import type { Locale } from 'antd/es/locale'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { answer, api, type ApiProblem } from './api/client'
import { Root } from './app/Root'
import { firstLanguage, PreferencesProvider, usePreferences } from './app/preferences'
import { beginVisit, type SignInSettings, type Visit } from './app/session'
import { themeOf } from './app/theme'
import { startTexts } from './i18n/i18n'
import './main.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the API refused it will refuse again.
      retry: (count, error) => count < 2 && ((error as Partial<ApiProblem>).status ?? 0) >= 500,
    },
  },
})

/** The nonce of this answer's content security policy, for the styles that Ant Design writes. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce

const locales: Record<string, () => Promise<{ default: Locale }>> = {
  en: () => import('antd/es/locale/en_US'),
  zh: () => import('antd/es/locale/zh_CN'),
}

/** Not the library's own: that one leaves by a transition that a busy machine may never end, and is part of the button's name until then. */
const loadingIcon = <LoadingOutlined aria-hidden />

/** The locale comes before the first page: the pages would be made anew, and lose what was typed, if it came after. */
function Themed({ settings, visit, firstLocale }: { settings: SignInSettings; visit: Visit; firstLocale: Locale }) {
  const { scheme, language } = usePreferences()
  const [locale, setLocale] = useState(firstLocale)
  useEffect(() => {
    dayjs.locale(language === 'zh' ? 'zh-cn' : 'en')
    void locales[language]!().then(module => setLocale(module.default))
  }, [language])
  return (
    <ConfigProvider theme={themeOf(scheme)} locale={locale} csp={{ nonce }} button={{ autoInsertSpace: false, loadingIcon }}>
      <AntApp>
        <Root settings={settings} visit={visit} />
      </AntApp>
    </ConfigProvider>
  )
}

async function start() {
  const [settings, locale] = await Promise.all([answer(api.GET('/v1/sign-in')), locales[firstLanguage()]!(), startTexts(firstLanguage())])
  const ahead = Date.parse(settings.now) - Date.now()
  const visit = await beginVisit(settings)
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <PreferencesProvider timeZone={settings.timeZone} ahead={ahead}>
          <BrowserRouter>
            <Themed settings={settings} visit={visit} firstLocale={locale.default} />
          </BrowserRouter>
        </PreferencesProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}

void start()
