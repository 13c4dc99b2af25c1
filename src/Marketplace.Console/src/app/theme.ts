import { theme, type ThemeConfig } from 'antd'
import type { Scheme } from './preferences'

/** Ant Design's look with text that keeps WCAG AA's contrast on its backgrounds, which some of its greys don't. */
export function themeOf(scheme: Scheme): ThemeConfig {
  const dark = scheme === 'dark'
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      // Nothing moves for readers whose system says so.
      motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      colorPrimary: dark ? '#4a9eff' : '#0b5cad',
      colorLink: dark ? '#6fb3ff' : '#0b5cad',
      colorInfo: dark ? '#4a9eff' : '#0b5cad',
      colorError: dark ? '#ff7875' : '#c41d1d',
      colorTextSecondary: dark ? 'rgba(255,255,255,0.78)' : 'rgba(0,0,0,0.72)',
      colorTextTertiary: dark ? 'rgba(255,255,255,0.70)' : 'rgba(0,0,0,0.64)',
      colorTextDescription: dark ? 'rgba(255,255,255,0.72)' : 'rgba(0,0,0,0.66)',
      colorTextPlaceholder: dark ? 'rgba(255,255,255,0.62)' : 'rgba(0,0,0,0.60)',
      colorBgLayout: dark ? '#0d1117' : '#f3f5f8',
      colorBgContainer: dark ? '#161b22' : '#ffffff',
      colorBgElevated: dark ? '#1f2630' : '#ffffff',
      borderRadius: 6,
      fontFamily: "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    },
    components: {
      Layout: { headerBg: dark ? '#161b22' : '#ffffff', siderBg: dark ? '#161b22' : '#ffffff', headerHeight: 56, headerPadding: '0 16px' },
      Menu: { itemBg: 'transparent', itemHeight: 36 },
      Table: { headerBg: dark ? '#1c2330' : '#f7f9fb' },
      // Ink on the light blue of the dark scheme; white there would be too faint.
      Button: dark ? { primaryColor: '#06121f' } : {},
    },
  }
}
