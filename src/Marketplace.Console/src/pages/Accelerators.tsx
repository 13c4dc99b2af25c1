import { answer, api, type Schema } from '../api/client'
import { useSession } from '../app/session'
import { ActionButton } from '../components/ActionButton'
import { DataTable } from '../components/DataTable'
import { NumberField, SelectField } from '../components/fields'
import { PageBody } from '../components/layout'
import { TextField } from '../components/ProblemForm'
import { useT } from '../i18n/i18n'
import { optionsOf } from '../i18n/labels'

type Accelerator = Schema<'AcceleratorAnswer'>

export default function Accelerators() {
  const t = useT()
  const { session } = useSession()
  const admin = session.role === 'admin'
  return (
    <PageBody title={t('Accelerator catalogue')} subtitle={t('Makers’ figures, by which work is turned into cards and hours.')} actions={admin && <Put />}>
      <DataTable
        name="accelerators"
        load={page => answer(api.GET('/v1/accelerators', { params: { query: page } }))}
        rowKey={row => row.model}
        empty={t('Add the first model.')}
        columns={[
          { title: 'Model', value: row => row.model, sort: 'model' }, { title: 'Maker', value: row => row.vendor, sort: 'vendor' }, { title: 'Origin', value: row => row.origin, as: 'label' },
          { title: 'TFLOPS (FP16)', value: row => row.fp16Tflops, as: 'number', sort: 'fp16Tflops' }, { title: 'Memory (GiB)', value: row => row.memoryGiB, as: 'number', sort: 'memoryGiB' }, { title: 'Watts', value: row => row.watts, as: 'number', sort: 'watts' },
          { title: 'Actions', value: () => '', hidden: !admin, render: row => <Put model={row} /> },
        ]}
      />
    </PageBody>
  )
}

/** Adds a model, or corrects one. */
function Put({ model }: { model?: Accelerator }) {
  const t = useT()
  return (
    <ActionButton<Schema<'PutAccelerator'> & { model?: string }>
      type={model ? undefined : 'primary'}
      size={model ? 'small' : undefined}
      label={model ? 'Correct' : 'Add a model'}
      explain={model ? 'Quotes from now on reckon with it; orders stay as they are.' : undefined}
      initialValues={model}
      fields={(
        <>
          {!model && <TextField name="model" label="Model" required />}
          <div className="form-grid">
            <TextField name="vendor" label="Maker" required />
            <SelectField name="origin" label="Origin" required options={optionsOf(['domestic', 'imported'], t)} />
            <NumberField name="fp16Tflops" label="TFLOPS (FP16)" min={0} required />
            <NumberField name="memoryGiB" label="Memory (GiB)" min={1} required />
            <NumberField name="watts" label="Watts" min={1} required />
          </div>
        </>
      )}
      onSubmit={values => answer(api.PUT('/v1/accelerators/{model}', {
        params: { path: { model: model?.model ?? values.model! } },
        body: { vendor: values.vendor, origin: values.origin, fp16Tflops: values.fp16Tflops, memoryGiB: values.memoryGiB, watts: values.watts },
      }))}
    />
  )
}
