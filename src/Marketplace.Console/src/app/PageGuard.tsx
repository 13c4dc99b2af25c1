import { Button } from 'antd'
import { Component, type ReactNode } from 'react'
import { Nothing } from '../components/Nothing'
import { useT } from '../i18n/i18n'

/** Keeps a page that fails from taking the others with it; its code may also be gone after an upgrade. */
export class PageGuard extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children
  }
}

function Failed() {
  const t = useT()
  return <Nothing><p role="alert">{t('This page failed.')}</p><Button type="primary" onClick={() => location.reload()}>{t('Load again')}</Button></Nothing>
}
