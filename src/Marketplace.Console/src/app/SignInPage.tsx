import { Button, Card, Flex, Form, Typography } from 'antd'
import { useEffect } from 'react'
import type { Session } from '../api/client'
import { ProblemForm, TextField } from '../components/ProblemForm'
import { useT, type Text } from '../i18n/i18n'
import { Choices } from './Choices'
import { signIn, type SignInSettings } from './session'

export default function SignInPage({ settings, refusal, onSignedIn }: { settings: SignInSettings; refusal?: Text; onSignedIn: (session: Session) => void }) {
  const t = useT()
  const [form] = Form.useForm()
  useEffect(() => {
    document.title = `${t('Sign in')} · ${t('Compute-voucher marketplace')}`
  }, [t])
  return (
    <main className="sign-in">
      <Card>
        <Flex vertical gap="middle">
          <Flex align="center" gap="small" justify="space-between">
            <img src="/icon.svg" alt="" width={36} height={36} />
            <Flex><Choices /></Flex>
          </Flex>
          <div>
            <Typography.Title level={1} className="page-title">{t('Compute-voucher marketplace')}</Typography.Title>
            <Typography.Text type="secondary">{t('Fragments of compute in one order, partly paid by vouchers, followed to the last reading.')}</Typography.Text>
          </div>
          {refusal && <p role="alert">{t(refusal)}</p>}
          {settings.issuer
            ? <Button type="primary" size="large" onClick={() => void import('./oidc').then(oidc => oidc.begin(settings))}>{t('Sign in')}</Button>
            : (
                <ProblemForm<{ userName: string; password: string }> form={form} submit="Sign in" onSubmit={async values => onSignedIn(await signIn(values.userName, values.password))}>
                  <TextField name="userName" label="User name" required />
                  <TextField name="password" label="Password" required password />
                </ProblemForm>
              )}
          {settings.suggestions.length > 0 && (
            <div>
              <Typography.Paragraph type="secondary">{t('Logins of the demo market. Their passwords stand in the terminal in which it was first started.')}</Typography.Paragraph>
              <Flex wrap gap="small">
                {settings.suggestions.map(name => <Button key={name} size="small" onClick={() => form.setFieldsValue({ userName: name })}>{name}</Button>)}
              </Flex>
            </div>
          )}
        </Flex>
      </Card>
    </main>
  )
}
