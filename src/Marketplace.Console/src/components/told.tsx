import { Alert, App, Typography } from 'antd'
import { useT } from '../i18n/i18n'

/** Shows a secret that is told this once, and stays until it is put away. */
export function useTold() {
  const t = useT()
  const { modal } = App.useApp()
  return (name: string, secret: string) => modal.info({
    title: name,
    content: <><Alert type="warning" showIcon title={t('This is told once: keep it now.')} /><Typography.Paragraph code copyable={{ tabIndex: 0 }} style={{ overflowWrap: 'anywhere', marginTop: 12 }}>{secret}</Typography.Paragraph></>,
  })
}
