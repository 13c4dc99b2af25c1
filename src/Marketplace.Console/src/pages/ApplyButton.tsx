import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Form } from 'antd'
import type { Dayjs } from 'dayjs'
import { useNavigate } from 'react-router'
import { answer, api, type Schema } from '../api/client'
import { ActionButton } from '../components/ActionButton'
import { DayField, dayText, SwitchField } from '../components/fields'
import { DecimalField, TextField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'

export type ApplicationValues = {
  amount: string
  contractNumber?: string
  contractSignedOn?: Dayjs
  documents?: Schema<'DocumentInput'>[]
  declarations?: Schema<'DeclarationsInput'>
  publicMoneyFromOutside?: Schema<'OutsideMoneyInput'>[]
  draft?: boolean
}

export const applicationBody = (values: ApplicationValues): Schema<'ChangeApplication'> => ({
  amount: values.amount,
  contractNumber: values.contractNumber || null,
  contractSignedOn: dayText(values.contractSignedOn),
  documents: values.documents?.length ? values.documents : null,
  declarations: values.declarations ? { noDuplicate: values.declarations.noDuplicate ?? false, ownUse: values.declarations.ownUse ?? false, unrelated: values.declarations.unrelated ?? false } : null,
  publicMoneyFromOutside: values.publicMoneyFromOutside?.length ? values.publicMoneyFromOutside : null,
})

export function ApplyButton({ programme }: { programme: string }) {
  const navigate = useNavigate()
  return (
    <ActionButton<ApplicationValues>
      type="primary"
      label="Apply"
      width={680}
      fields={<><ApplicationFields /><SwitchField name="draft" label="Keep as a draft for now" /></>}
      onSubmit={async values => {
        const made = await answer(api.POST('/v1/programmes/{code}/applications', { params: { path: { code: programme } }, body: { ...applicationBody(values), draft: values.draft ?? false } }))
        await navigate(`/applications/${made.id}`)
      }}
    />
  )
}

export function ApplicationFields() {
  const t = useT()
  return (
    <>
      <DecimalField name="amount" label="Amount applied for" unit="¥" required />
      <div className="form-grid"><TextField name="contractNumber" label="Contract number" /><DayField name="contractSignedOn" label="Contract signed on" /></div>
      <Form.List name="documents">{(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <Flex key={key} gap="small" align="center" wrap>
              <TextField name={[name, 'kind']} label="Document" /><TextField name={[name, 'uri']} label="Address" /><TextField name={[name, 'sha256']} label="SHA-256" />
              <Button icon={<DeleteOutlined />} aria-label={t('Remove')} onClick={() => remove(name)} />
            </Flex>
          ))}
          <Form.Item><Button icon={<PlusOutlined />} onClick={() => add()}>{t('Add a document')}</Button></Form.Item>
        </>
      )}</Form.List>
      <SwitchField name={['declarations', 'ownUse']} label="We declare that the compute is for our own use" />
      <SwitchField name={['declarations', 'unrelated']} label="We declare that we aren’t related to the provider" />
      <SwitchField name={['declarations', 'noDuplicate']} label="We declare that no other public money pays for the same" />
      <Form.List name="publicMoneyFromOutside">{(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <Flex key={key} gap="small" align="center" wrap>
              <TextField name={[name, 'source']} label="Source" /><DecimalField name={[name, 'amount']} label="Amount" unit="¥" />
              <Button icon={<DeleteOutlined />} aria-label={t('Remove')} onClick={() => remove(name)} />
            </Flex>
          ))}
          <Form.Item><Button icon={<PlusOutlined />} onClick={() => add()}>{t('Add public money from elsewhere')}</Button></Form.Item>
        </>
      )}</Form.List>
    </>
  )
}
