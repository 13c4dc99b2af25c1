import * as Icons from './icons'
import { lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react'
import type { Role } from '../api/client'
import type { Text } from '../i18n/i18n'

export type PageEntry = { path: string; roles: Role[]; page: LazyExoticComponent<ComponentType>; title?: Text; group?: Text; icon?: ReactNode }

const all: Role[] = ['provider', 'enterprise', 'authority', 'admin', 'auditor']
const parties: Role[] = ['provider', 'enterprise', 'admin', 'auditor']
const overseers: Role[] = ['admin', 'auditor']
const funders: Role[] = ['authority', 'admin', 'auditor']

/** Every page: who gets it, where it stands in the menu (one without a title is reached from another), and its code when it is opened. */
export const pages: PageEntry[] = [
  { path: '/', roles: all, title: 'Overview', icon: <Icons.DashboardOutlined />, page: lazy(() => import('../pages/Overview')) },

  { path: '/centers', roles: ['provider', ...overseers], title: 'Centres', group: 'Capacity', icon: <Icons.CloudServerOutlined />, page: lazy(() => import('../pages/Centers')) },
  { path: '/centers/:id', roles: ['provider', ...overseers], page: lazy(() => import('../pages/Center')) },
  { path: '/listings', roles: ['provider', 'enterprise', ...overseers], title: 'Listings', group: 'Capacity', icon: <Icons.ShopOutlined />, page: lazy(() => import('../pages/Listings')) },
  { path: '/meters', roles: parties, title: 'Meters', group: 'Capacity', icon: <Icons.FieldTimeOutlined />, page: lazy(() => import('../pages/Meters')) },

  { path: '/buy', roles: ['enterprise'], title: 'Find capacity', group: 'Trade', icon: <Icons.SearchOutlined />, page: lazy(() => import('../pages/Buy')) },
  { path: '/quotes', roles: ['enterprise', ...overseers], title: 'Quotes', group: 'Trade', icon: <Icons.FileSearchOutlined />, page: lazy(() => import('../pages/Quotes')) },
  { path: '/quotes/:id', roles: ['enterprise', ...overseers], page: lazy(() => import('../pages/Quote')) },
  { path: '/orders', roles: parties, title: 'Orders', group: 'Trade', icon: <Icons.ShoppingOutlined />, page: lazy(() => import('../pages/Orders')) },
  { path: '/orders/:id', roles: parties, page: lazy(() => import('../pages/Order')) },
  { path: '/bids', roles: ['enterprise', ...overseers], title: 'Bids', group: 'Trade', icon: <Icons.TagOutlined />, page: lazy(() => import('../pages/Bids')) },
  { path: '/bids/:id', roles: ['enterprise', ...overseers], page: lazy(() => import('../pages/Bid')) },
  { path: '/disputes', roles: parties, title: 'Disputes', group: 'Trade', icon: <Icons.IssuesCloseOutlined />, page: lazy(() => import('../pages/Disputes')) },
  { path: '/disputes/:id', roles: parties, page: lazy(() => import('../pages/Dispute')) },

  { path: '/programmes', roles: all, title: 'Programmes', group: 'Vouchers', icon: <Icons.BankOutlined />, page: lazy(() => import('../pages/Programmes')) },
  { path: '/programmes/new', roles: ['authority', 'admin'], page: lazy(() => import('../pages/ProgrammeEditor')) },
  { path: '/programmes/:code', roles: all, page: lazy(() => import('../pages/Programme')) },
  { path: '/programmes/:code/edit', roles: ['authority', 'admin'], page: lazy(() => import('../pages/ProgrammeEditor')) },
  { path: '/vouchers', roles: ['enterprise', ...funders], title: 'Vouchers', group: 'Vouchers', icon: <Icons.GiftOutlined />, page: lazy(() => import('../pages/Vouchers')) },
  { path: '/applications', roles: ['enterprise', ...funders], title: 'Applications', group: 'Vouchers', icon: <Icons.FileTextOutlined />, page: lazy(() => import('../pages/Applications')) },
  { path: '/applications/:id', roles: ['enterprise', ...funders], page: lazy(() => import('../pages/Application')) },
  { path: '/notices', roles: all, title: 'Public notices', group: 'Vouchers', icon: <Icons.NotificationOutlined />, page: lazy(() => import('../pages/Notices')) },
  { path: '/claims', roles: all, title: 'Claims', group: 'Vouchers', icon: <Icons.AuditOutlined />, page: lazy(() => import('../pages/Claims')) },
  { path: '/claims/:id', roles: all, page: lazy(() => import('../pages/Claim')) },

  { path: '/invoices', roles: parties, title: 'Invoices', group: 'Money', icon: <Icons.FileDoneOutlined />, page: lazy(() => import('../pages/Invoices')) },
  { path: '/invoices/:id', roles: all, page: lazy(() => import('../pages/Invoice')) },
  { path: '/alerts', roles: ['enterprise', ...overseers], title: 'Alerts', group: 'Money', icon: <Icons.BellOutlined />, page: lazy(() => import('../pages/Alerts')) },
  { path: '/revenue', roles: ['provider', 'enterprise', ...overseers], title: 'Settlements', group: 'Money', icon: <Icons.WalletOutlined />, page: lazy(() => import('../pages/Settlements')) },
  { path: '/bank', roles: overseers, title: 'Bank statements', group: 'Money', icon: <Icons.TransactionOutlined />, page: lazy(() => import('../pages/Bank')) },
  { path: '/proposals', roles: overseers, title: 'Second approvals', group: 'Money', icon: <Icons.TeamOutlined />, page: lazy(() => import('../pages/Proposals')) },
  { path: '/billing', roles: ['admin'], title: 'Billing runs', group: 'Money', icon: <Icons.CalculatorOutlined />, page: lazy(() => import('../pages/BillingRuns')) },

  { path: '/market', roles: all, title: 'Market figures', group: 'Insight', icon: <Icons.LineChartOutlined />, page: lazy(() => import('../pages/Market')) },
  { path: '/utilization', roles: funders, title: 'Utilization', group: 'Insight', icon: <Icons.BarChartOutlined />, page: lazy(() => import('../pages/UtilizationTruth')) },
  { path: '/flags', roles: overseers, title: 'Flags', group: 'Oversight', icon: <Icons.FlagOutlined />, page: lazy(() => import('../pages/Flags')) },
  { path: '/ledger', roles: overseers, title: 'Ledger', group: 'Oversight', icon: <Icons.BookOutlined />, page: lazy(() => import('../pages/Ledger')) },
  { path: '/audit', roles: all, title: 'Audit trail', group: 'Oversight', icon: <Icons.SafetyCertificateOutlined />, page: lazy(() => import('../pages/Audit')) },
  { path: '/proof', roles: overseers, title: 'Verification', group: 'Oversight', icon: <Icons.CheckCircleOutlined />, page: lazy(() => import('../pages/Proof')) },
  { path: '/job-runs', roles: overseers, title: 'Jobs', group: 'Oversight', icon: <Icons.ScheduleOutlined />, page: lazy(() => import('../pages/Jobs')) },
  { path: '/organizations', roles: overseers, title: 'Organizations', group: 'Administration', icon: <Icons.ApartmentOutlined />, page: lazy(() => import('../pages/Organizations')) },
  { path: '/accelerators', roles: overseers, title: 'Accelerator catalogue', group: 'Administration', icon: <Icons.HddOutlined />, page: lazy(() => import('../pages/Accelerators')) },
  { path: '/webhooks', roles: all, title: 'Webhooks', group: 'Administration', icon: <Icons.ApiOutlined />, page: lazy(() => import('../pages/Webhooks')) },
  { path: '/organizations/:id', roles: all, page: lazy(() => import('../pages/Organization')) },
]
