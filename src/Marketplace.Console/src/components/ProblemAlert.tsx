import { Alert } from 'antd'
import type { ApiProblem } from '../api/client'
import { useT } from '../i18n/i18n'
import { messageText, problemText } from '../i18n/problems'

export function ProblemAlert({ problem, fields = Object.keys(problem.errors ?? {}) }: { problem: ApiProblem; fields?: string[] }) {
  const t = useT()
  return (
    <Alert
      type="error"
      showIcon
      title={problemText(problem, t)}
      description={fields.length > 0
        ? <ul>{fields.slice(0, 20).map(field => <li key={field}><code>{field}</code> {problem.errors[field]?.map(text => messageText(text, t)).join(', ')}</li>)}</ul>
        : problem.status >= 500 && problem.traceId ? t('Tell support this trace id: {{id}}', { id: problem.traceId }) : undefined}
    />
  )
}
