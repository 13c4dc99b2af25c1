import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { formatter, type Formatter, type Language } from '../format/format'
import { speak } from '../i18n/i18n'

export type Scheme = 'light' | 'dark'

type Preferences = { language: Language; scheme: Scheme; format: Formatter; setLanguage: (language: Language) => void; setScheme: (scheme: Scheme) => void }

const Context = createContext<Preferences | null>(null)

export function firstLanguage(): Language {
  const kept = localStorage.getItem('language')
  return kept === 'en' || kept === 'zh' ? kept : navigator.languages.some(language => language.startsWith('zh')) ? 'zh' : 'en'
}

function firstScheme(): Scheme {
  const kept = localStorage.getItem('scheme')
  return kept === 'light' || kept === 'dark' ? kept : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function PreferencesProvider({ timeZone, ahead, children }: { timeZone: string; ahead: number; children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage)
  const [scheme, setScheme] = useState(firstScheme)
  useEffect(() => {
    document.documentElement.style.colorScheme = scheme
  }, [scheme])
  const value = useMemo<Preferences>(() => ({
    language,
    scheme,
    format: formatter(language, timeZone, ahead),
    setLanguage: chosen => {
      localStorage.setItem('language', chosen)
      void speak(chosen).then(() => setLanguage(chosen))
    },
    setScheme: chosen => {
      localStorage.setItem('scheme', chosen)
      setScheme(chosen)
    },
  }), [language, scheme, timeZone, ahead])
  return <Context value={value}>{children}</Context>
}

export function usePreferences(): Preferences {
  const value = use(Context)
  if (!value) {
    throw new Error('No preferences above this.')
  }
  return value
}

export const useFormat = () => usePreferences().format
