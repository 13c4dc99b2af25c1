import { answer, api } from '../api/client'
import { csvBody, CsvImport } from '../components/CsvImport'
import { useT } from '../i18n/i18n'

/** An inventory from a file. */
export function NodesImport({ centerId }: { centerId: string }) {
  const t = useT()
  return (
    <CsvImport
      columns="name,accelerator,cards,vcpus,memoryGiB,interconnect,tags"
      hint="Tags are separated by |. All nodes are added, or none."
      submit={count => t('Add {{count}} nodes', { count })}
      send={async text => t('{{count}} nodes were added.', { count: (await answer(api.POST('/v1/centers/{id}/nodes', { params: { path: { id: centerId } }, ...csvBody(text) }))).nodes })}
    />
  )
}
