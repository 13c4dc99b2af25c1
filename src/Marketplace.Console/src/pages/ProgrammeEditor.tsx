export default function ProgrammeEditor() {
  return null
}
