import { Button } from 'antd'
import { Link } from 'react-router'
import { answer, api } from '../api/client'
import { useMay, useSession } from '../app/session'
import { DataTable } from '../components/DataTable'
import { TextFilter, useFilter } from '../components/filters'
import { PageBody } from '../components/layout'
import { useT } from '../i18n/i18n'

export default function Programmes() {
  const t = useT()
  const { session } = useSession()
  const [name] = useFilter('name')
  const funds = useMay()('authority', 'admin')
  const hidden = session.role === 'enterprise' || session.role === 'provider'
  return (
    <PageBody title={t('Programmes')} subtitle={t('Schemes that pay part of the price, with their rules.')} actions={funds && <Link to="/programmes/new"><Button type="primary">{t('Set up a programme')}</Button></Link>}>
      <DataTable
        name="programmes"
        query={{ name }}
        load={page => answer(api.GET('/v1/programmes', { params: { query: { ...page, name } } }))}
        filters={<TextFilter name="name" label="Name" />}
        rowKey={row => row.code}
        empty={funds ? <Link to="/programmes/new">{t('Set up the first programme')}</Link> : t('No authority has set up a programme yet.')}
        columns={[
          { title: 'Programme', value: row => row.name, render: row => <Link to={`/programmes/${row.code}`}>{row.name}</Link>, sort: 'name' },
          { title: 'Code', value: row => row.code, sort: 'code', spare: !hidden }, { title: 'Authority', value: row => row.authorityId, as: 'name' }, { title: 'Version', value: row => row.version, as: 'number' },
          { title: 'Mode', value: row => row.rules.mode, as: 'label' },
          { title: 'Budget', value: row => row.budget, as: 'money', hidden }, { title: 'Issued', value: row => row.issued, as: 'money', hidden },
          { title: 'Redeemed', value: row => row.redeemed, as: 'money', hidden }, { title: 'Remaining', value: row => row.remaining, as: 'money', hidden },
        ]}
      />
    </PageBody>
  )
}
