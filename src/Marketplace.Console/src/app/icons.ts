// Named one by one, so that the others stay out of the first load.
export {
  ApartmentOutlined, AuditOutlined, BankOutlined, BarChartOutlined, BellOutlined, BookOutlined, CalculatorOutlined, CheckCircleOutlined, CloudServerOutlined, DashboardOutlined, FieldTimeOutlined, FileDoneOutlined,
  FileTextOutlined, FlagOutlined, GiftOutlined, IssuesCloseOutlined, LineChartOutlined, NotificationOutlined, SafetyCertificateOutlined, ScheduleOutlined, SearchOutlined, ShoppingOutlined,
  ShopOutlined, TagOutlined, WalletOutlined,
} from '@ant-design/icons'
