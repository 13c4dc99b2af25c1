/** The list below which each kind of subject has its page. */
const lists: Record<string, string> = {
  application: '/applications', bid: '/bids', center: '/centers', claim: '/claims', dispute: '/disputes', invoice: '/invoices', order: '/orders', organization: '/organizations', programme: '/programmes', quote: '/quotes',
}

/** Where a subject has its page, if among those that are there for the reader. What was raised for a month has the month behind its id. */
export function pathOf(type: string, id: string, pages: { path: string }[]): string | undefined {
  const list = lists[type]
  return list && pages.some(page => page.path.startsWith(`${list}/:`)) ? `${list}/${id.split('/')[0]}` : undefined
}
