import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { labels } from './labels'
import { i18n, speak, startTexts } from './i18n'
import { codeText, messageText, own } from './problems'
import { accounts, actions, flagCodes, invariants, refusals, ruleName, subjects } from './words'
import zh from './zh'
import codes from './zh-codes'

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.includes('schema'))

it('every text asked for is there in Chinese, and says something', () => {
  const asked = sources.flatMap(name => [...readFileSync(`src/${name}`, 'utf8').matchAll(/\bt\('((?:[^'\\]|\\.)+)'/g)].map(match => match[1]!))
  expect(asked.length).toBeGreaterThan(150)
  expect([...asked, ...Object.values(labels)].filter(text => !(text in zh))).toEqual([])
  expect(Object.entries(zh).filter(([, chinese]) => chinese.trim() === '')).toEqual([])
})

it('every place in a text is kept in Chinese', () => {
  const places = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(match => match[0]).sort()
  expect(Object.entries(zh).filter(([english, chinese]) => String(places(english)) !== String(places(chinese)))).toEqual([])
})

it('the words of the API are told in the language of the reader, with their numbers', async () => {
  globalThis.document ??= { documentElement: {} } as Document
  await startTexts('en')
  const t = i18n.t as never
  expect(messageText('must be at most 100 characters', t)).toBe('must be at most 100 characters')
  expect(codeText('funds.insufficient', '5.00 is wanted, 1.00 is available.')).toBe('5.00 is wanted, 1.00 is available.')
  await speak('zh')
  expect(messageText('must be at most 100 characters', t)).toBe('最多 100 个字符')
  expect(messageText('is required', t)).toBe('必须填写')
  expect(messageText('something new', t)).toBe('something new')
  expect(codeText('funds.insufficient', '')).toBe('可用资金不足。')
  expect(messageText('640 card-hours × 3.20 = 2048.00, rounded half up to the fen; VAT = 2048.00 × 0.06 ÷ (1 + 0.06) = 115.92', t)).toBe('640 卡时 × 3.20 = 2048.00，四舍五入到分；增值税 = 2048.00 × 0.06 ÷ (1 + 0.06) = 115.92')
  expect([ruleName('rates[0]', t), ruleName('tiers[2]', t), ruleName('something', t)]).toEqual(['第 1 档比例', '第 3 级分档', 'something'])
})

it('every code with which the market refuses is told in Chinese', () => {
  const projects = ['Domain', 'Application', 'Infrastructure', 'Api'].map(name => `../Marketplace.${name}`)
  const refusals = projects.flatMap(project => readdirSync(project, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.cs') && !/^(obj|bin)\//.test(name))
    .flatMap(name => [...readFileSync(`${project}/${name}`, 'utf8').matchAll(/(?:new|Exception)\((?:Refusal|StatusCodes)\.\w+,\s*"([a-z_]+\.[a-z_]+)"/g)].map(match => match[1]!)))
  expect(refusals.length).toBeGreaterThan(80)
  expect(refusals.filter(code => !(code in codes) && !(code in own))).toEqual([])
})

it('every code that the API gives without words is told in words', () => {
  const source = (file: string) => readFileSync(`../Marketplace.${file}`, 'utf8')
  const constants = (text: string, after: string) => [...text.slice(text.indexOf(after)).split('\n}\n')[0]!.matchAll(/public const string \w+ = "([^"]+)"/g)].map(match => match[1]!)
  const checks = 'Application/Audit/Verification'
  const names = readdirSync(`../Marketplace.${checks}`).flatMap(file => [...source(`${checks}/${file}`).matchAll(/new Findings\("([^"]+)"\)/g)].map(match => match[1]!))
  const application = readdirSync('../Marketplace.Application', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.cs')).map(file => source(`Application/${file}`))
  const all = (pattern: RegExp) => application.flatMap(text => [...text.matchAll(pattern)].map(match => match[1]!))
  const expected: [Record<string, unknown>, string[], number][] = [
    [actions, all(/\bRecord\((?:[^";]*\? )?\s*"([^"]+)"/g), 70],
    [actions, all(/\bRecord\([^";]*\? "[^"]+" : "([^"]+)"/g), 2],
    [actions, all(/JournalEntry\.For\((?:[^";]*\? )?"([^"]+)"/g), 15],
    [subjects, all(/\bRecord\([^;]*?, \("([^"]+)", /g), 60],
    [subjects, all(/RaiseAsync\([^;]*?, \("([^"]+)", /g), 4],
    [zh, all(/return new\(\$"((?:\{[^}"]+\}|[^"{])+)"\)/g).filter(text => !text.startsWith('{string.Join')).map(text => { let n = 0; return text.replace(/\{[^}]+\}/g, () => `{{n${++n}}}`) }), 10],
    [refusals, constants(source('Domain/Vouchers/Allocation.cs'), 'class RuleCodes'), 28],
    [refusals, [...source('Domain/Vouchers/ApplicantEligibility.cs').matchAll(/\? "(applicant\.\w+)"/g)].map(match => match[1]!), 6],
    [flagCodes, constants(source('Domain/Audit/FraudFlag.cs'), 'class FlagCodes'), 13],
    [accounts, constants(source('Domain/Ledger/Accounts.cs'), 'class Accounts'), 18],
    [invariants, names, 21],
    [codes, all(/const string JobName = "([^"]+)"/g).map(name => `job.${name}`), 15],
  ]
  for (const [words, there, least] of expected) {
    expect(there.length).toBeGreaterThanOrEqual(least)
    expect(there.filter(code => !(code in words))).toEqual([])
  }
})
