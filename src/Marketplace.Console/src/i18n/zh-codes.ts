/** What the API's codes say in Chinese. In English its own details are shown, which say more. */
const codes: Record<string, string> = {
  'invoice.overpaid': '金额超过未付部分。', 'invoice.tax_number': '该账单已有其他税务号码。', 'credit_note.exceeds': '超过该明细行的剩余金额。', 'credit_note.not_whole': '原因 1 须冲销整张账单的全部剩余金额。',
  'settlement.paid': '该结算已付出。', 'billing.incomplete': '部分未能出账，下次运行会重试。', 'period.open': '该月份尚未结束。', 'period.earlier_open': '须先为之前的月份出账。', 'payment.reference': '该流水号已用于另一笔付款。', 'deposit.reference': '该流水号已用于另一笔转账。', 'bank_row.amount': '金额与该流水的金额不符。',
  'funds.insufficient': '可用资金不足。', 'listing.overlap': '节点在这段时间已有挂牌。', 'listing.withdrawn': '挂牌已撤回。', 'listing.empty': '该中心没有可挂牌的节点。', 'node.exists': '该中心已有同名节点。', 'node.withdrawn': '节点已停用。', 'node.card_withdrawn': '该卡已停用。',
  'quote.used': '该报价已下单。', 'quote.expired': '报价已过期，请重新询价。', 'capacity.taken': '有人抢先一步，资源已被订走，请重新询价。',
  'resale.past': '只能转售未来的时间。', 'resale.more_than_held': '该段没有这么多可转售的卡。', 'resale.voucher_funded': '支付此段的补贴项目禁止转售。', 'resale.not_reserved': '只有预留产品可以转售。', 'bid.closed': '出价已结束。',
  'order.resold': '此订单的一部分已转售，不能取消。', 'order.started': '已开始的订单段不能取消。', 'order.cancelled': '订单已取消。', 'delivery.started': '订单段已开始，推迟须在开始前声明。', 'delivery.ended': '订单段已结束。', 'delivery.outside_leg': '时间不在订单段之内。',
  'meter.signature': '签名不属于你的任何已登记计量表。', 'objection.exists': '已提出过异议。', 'objection.not_started': '尚未开始的小时不能提出异议。', 'objection.too_late': '异议期限已过。', 'objection.outside_leg': '时间不在订单段之内。', 'dispute.decided': '争议已裁定。',
  'organization.exists': '该信用代码已登记。', 'organization.not_a_provider': '只有提供方可以登记中心和挂牌。', 'person.exists': '用户名已被使用。', 'declaration.missing': '缺少必要的声明。', 'grant.exceeds': '批准金额超过申请金额。', 'application.step': '申请正等待另一环节的决定。',
  'application.not_submitted': '申请尚未提交。', 'application.submitted': '申请已提交，暂不能修改。', 'application.in_review': '审核环节尚未裁定。', 'application.in_publicity': '申请正在公示。', 'application.objected': '须先裁定异议。', 'application.decided': '申请已裁定。',
  'application.returns': '退回次数已达上限，只能通过或拒绝。', 'application.not_public': '申请不在公示中。', 'objection.own': '申请方不能对自己的申请提出异议。', 'objection.limit': '异议数量已达上限。',
  'programme.exhausted': '项目预算不足。', 'applicant.ineligible': '申请方不符合项目规则。', 'cap.exceeded': '金额超过项目上限。', 'floor.not_reached': '金额低于项目下限。', 'voucher.insufficient': '算力券可用额不足。', 'voucher.expired': '算力券已过期。', 'voucher.revoked': '算力券已撤销。',
  no_accelerator: '没有符合条件的加速卡。', no_region: '所选省份没有供应。', no_listing: '没有符合条件的挂牌。', no_product: '没有该产品的供应。', not_offered_then: '该时间没有供应。', too_short: '挂牌要求更长的时间。', price: '没有不超过该价格的供应。', placement: '空闲资源无法这样组合。',
  gang: '没有节点能同时提供这么多卡。', slice: '没有按此份额出售的资源。', latency: '没有满足时延的中心。', bandwidth: '没有满足带宽的中心。', tags: '没有具备这些标签的节点。', interconnect: '没有此种互联的节点。', availability: '没有达到该可用率的中心。', throughput: '没有实测吞吐的挂牌。',
}

export default codes
