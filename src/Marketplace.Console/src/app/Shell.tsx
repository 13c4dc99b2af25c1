import { LogoutOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons'
import { Badge, Button, Drawer, Dropdown, Grid, Layout, Menu, Popover, Skeleton, Spin, Typography, type MenuProps } from 'antd'
import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Link, Route, Routes, useLocation, useNavigate } from 'react-router'
import { Nothing } from '../components/Nothing'
import { useT, type Text } from '../i18n/i18n'
import { labelOf } from '../i18n/labels'
import { Choices } from './Choices'
import { PageGuard } from './PageGuard'
import { pages } from './pages'
import { useSession } from './session'
import { useTasks } from './tasks'

export default function Shell() {
  const t = useT()
  const { session, signOut } = useSession()
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const narrow = !Grid.useBreakpoint().lg
  const [menuOpen, setMenuOpen] = useState(false)
  const before = useRef(pathname)
  useEffect(() => {
    // The link that led here is gone with its page: who reads by keyboard goes on from the new one.
    if (before.current !== pathname && document.activeElement === document.body) {
      document.getElementById('content')?.focus({ preventScroll: true })
    }
    before.current = pathname
  }, [pathname])
  const mine = useMemo(() => pages.filter(page => page.roles.includes(session.role)), [session.role])
  const at = mine.filter(page => page.title && (page.path === '/' ? pathname === '/' : pathname.startsWith(page.path))).at(-1)?.path

  const item = (page: typeof mine[number]) => ({ key: page.path, icon: page.icon, label: <Link to={page.path} onClick={() => setMenuOpen(false)}>{t(page.title!)}</Link> })
  const titled = mine.filter(page => page.title)
  const groups = [...new Set(titled.map(page => page.group))]
  const items = groups.flatMap((group): NonNullable<MenuProps['items']> => {
    const members = titled.filter(page => page.group === group).map(item)
    return group ? [{ type: 'group' as const, key: group, label: t(group as Text), children: members }] : members
  })
  const menu = (
    <nav aria-label={t('Pages')}>
      <div className="brand"><img src="/icon.svg" alt="" width={28} height={28} />{t('Compute-voucher marketplace')}</div>
      <Menu mode="inline" selectedKeys={at ? [at] : []} items={items} style={{ borderInlineEnd: 0 }} />
    </nav>
  )

  return (
    <Layout style={{ minHeight: '100vh' }}>
      <a className="skip" href="#content">{t('Skip to the content')}</a>
      {narrow
        ? <Drawer placement="left" size={270} open={menuOpen} onClose={() => setMenuOpen(false)} title={t('Menu')} styles={{ body: { padding: 0 } }}>{menu}</Drawer>
        : <Layout.Sider width={232} className="shell-sider" theme="light">{menu}</Layout.Sider>}
      <Layout>
        <Layout.Header className="shell-header">
          {narrow && <Button type="text" icon={<MenuOutlined />} aria-label={t('Menu')} onClick={() => setMenuOpen(true)} />}
          <Typography.Text strong ellipsis>{session.organization.name}</Typography.Text>
          <span className="spacer" />
          <Running />
          <Choices />
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'who', label: `${session.name} · ${labelOf(session.role, t)}`, disabled: true },
                { key: 'account', label: t('Organization and logins'), onClick: () => void navigate(`/organizations/${session.organization.id}`) },
                { key: 'docs', label: <a href="/docs/" target="_blank" rel="noreferrer">{t('API documentation')}</a> },
                { key: 'out', label: t('Sign out'), icon: <LogoutOutlined />, onClick: () => void signOut() },
              ],
            }}
          >
            <Button type="text" icon={<UserOutlined />} aria-label={t('Your account')} />
          </Dropdown>
        </Layout.Header>
        <Layout.Content id="content" role="main" tabIndex={-1}>
          <PageGuard key={pathname}>
            <Suspense fallback={<div className="page"><Skeleton active /></div>}>
              <Routes>
                {mine.map(({ path, page: Page }) => <Route key={path} path={path} element={<Page />} />)}
                <Route path="*" element={<Nothing>{t('There is no such page for you. Choose one from the menu.')}</Nothing>} />
              </Routes>
            </Suspense>
          </PageGuard>
        </Layout.Content>
      </Layout>
    </Layout>
  )
}

/** Work that goes on while other pages are read, and where its result waits. */
function Running() {
  const t = useT()
  const tasks = useTasks()
  if (tasks.length === 0) {
    return null
  }
  const running = tasks.filter(task => !task.endedAt)
  return (
    <Popover
      trigger="click"
      title={t('Work under way')}
      content={tasks.map(task => (
        <p key={task.id}>
          <Badge status={task.problem ? 'error' : task.cutOff ? 'warning' : task.endedAt ? 'success' : 'processing'} /> <Link to={task.path}>{t(task.title)}</Link>{' '}
          {task.problem ? t('failed') : task.cutOff ? t('cut off') : task.endedAt ? t('done') : t('running')}
        </p>
      ))}
    >
      <Button type="text" aria-label={t('Work under way')}>{running.length > 0 ? <Spin size="small" /> : null} {tasks.length}</Button>
    </Popover>
  )
}
