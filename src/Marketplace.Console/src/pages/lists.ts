import { answer, api, everything, type Page, type PageQuery, type Schema } from '../api/client'
import { nameOf } from '../api/names'
import type { Source } from '../components/Picker'

/** The accelerator catalogue, all of it. */
export const accelerators = {
  queryKey: ['accelerators'],
  queryFn: async () => ({ items: await everything(page => answer(api.GET('/v1/accelerators', { params: { query: page } }))) }),
  staleTime: 600_000,
}

const limit = '20'

function choices<Row>(page: Page<Row>, value: (row: Row) => string, label: (row: Row) => string) {
  return { choices: page.items.map(row => ({ value: value(row), label: label(row) })), more: page.next !== null }
}

/** The organizations that the reader knows by name, to pick one; any other by its whole id. */
export const parties = (kind?: Schema<'OrganizationKind'>): Source => ({
  key: `parties ${kind ?? ''}`,
  find: async name => /^[0-9a-f]{32}$/.test(name)
    ? { choices: [{ value: name, label: await nameOf(name) ?? name }], more: false }
    : choices(await answer(api.GET('/v1/parties', { params: { query: { limit, kind, name: name || undefined } } })), row => row.id, row => row.name),
  nameOf,
})

/** The reader's centres, to pick one. */
export const centers: Source = {
  key: 'centers',
  find: async name => choices(await answer(api.GET('/v1/centers', { params: { query: { limit, name: name || undefined } } })), row => row.id, row => row.name),
  nameOf,
}

/** Programmes, or those of one authority, to pick one. */
export const programmes = (authorityId?: string): Source => ({
  key: `programmes ${authorityId ?? ''}`,
  find: async name => choices(await answer(api.GET('/v1/programmes', { params: { query: { limit, authorityId, name: name || undefined } } })), row => row.code, row => row.name),
  nameOf: async code => (await answer(api.GET('/v1/programmes/{code}', { params: { path: { code } } }))).name,
})

export const listOrders = (status?: string) => (page: PageQuery) => answer(api.GET('/v1/orders', { params: { query: { ...page, status } } }))

/** Provinces by their first two digits of GB/T 2260, as regions are named in demands and rules. */
export const provinces: Record<string, [en: string, zh: string]> = {
  11: ['Beijing', '北京'], 12: ['Tianjin', '天津'], 13: ['Hebei', '河北'], 14: ['Shanxi', '山西'], 15: ['Inner Mongolia', '内蒙古'],
  21: ['Liaoning', '辽宁'], 22: ['Jilin', '吉林'], 23: ['Heilongjiang', '黑龙江'], 31: ['Shanghai', '上海'], 32: ['Jiangsu', '江苏'],
  33: ['Zhejiang', '浙江'], 34: ['Anhui', '安徽'], 35: ['Fujian', '福建'], 36: ['Jiangxi', '江西'], 37: ['Shandong', '山东'],
  41: ['Henan', '河南'], 42: ['Hubei', '湖北'], 43: ['Hunan', '湖南'], 44: ['Guangdong', '广东'], 45: ['Guangxi', '广西'], 46: ['Hainan', '海南'],
  50: ['Chongqing', '重庆'], 51: ['Sichuan', '四川'], 52: ['Guizhou', '贵州'], 53: ['Yunnan', '云南'], 54: ['Tibet', '西藏'],
  61: ['Shaanxi', '陕西'], 62: ['Gansu', '甘肃'], 63: ['Qinghai', '青海'], 64: ['Ningxia', '宁夏'], 65: ['Xinjiang', '新疆'],
}

export const provinceOf = (code: string, language: 'en' | 'zh') => provinces[code.slice(0, 2)]?.[language === 'zh' ? 1 : 0] ?? code

export const provinceOptions = (language: 'en' | 'zh') => Object.keys(provinces).map(value => ({ value, label: `${provinceOf(value, language)} (${value})` }))
