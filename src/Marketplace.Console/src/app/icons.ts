// Named one by one, so that the others stay out of the first load.
export {
  ApartmentOutlined, ApiOutlined, AuditOutlined, BankOutlined, BarChartOutlined, BellOutlined, BookOutlined, CalculatorOutlined, CheckCircleOutlined, CloudServerOutlined, DashboardOutlined,
  FieldTimeOutlined, FileDoneOutlined, FileSearchOutlined, FileTextOutlined, FlagOutlined, GiftOutlined, HddOutlined, IssuesCloseOutlined, LineChartOutlined, NotificationOutlined, SafetyCertificateOutlined,
  ScheduleOutlined, SearchOutlined, ShopOutlined, ShoppingOutlined, TagOutlined, TeamOutlined, TransactionOutlined, WalletOutlined,
} from '@ant-design/icons'
