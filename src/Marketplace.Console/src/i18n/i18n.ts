import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Language } from '../format/format'
import type zh from './zh'

/** Every text of the console: its English is its key, so that English needs no file and Chinese can't lack one. */
export type Text = keyof typeof zh

export type Translate = (text: Text, values?: Record<string, string | number>) => string

export const i18n = i18next.createInstance()

export async function startTexts(language: Language) {
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    // Texts are whole sentences, with full stops and colons in them.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  await speak(language)
}

export async function speak(language: Language) {
  if (language === 'zh' && !i18n.hasResourceBundle('zh', 'translation')) {
    const [texts, codes] = await Promise.all([import('./zh'), import('./zh-codes')])
    i18n.addResourceBundle('zh', 'translation', texts.default)
    i18n.addResourceBundle('zh', 'codes', codes.default)
  }
  await i18n.changeLanguage(language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}

export function useT(): Translate {
  return useTranslation(undefined, { i18n }).t as Translate
}
