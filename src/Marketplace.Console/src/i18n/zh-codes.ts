/** What the API's codes say in Chinese. In English its own details are shown, which say more. */
const codes: Record<string, string> = {
  'invoice.overpaid': '金额超过未付部分。', 'invoice.tax_number': '该账单已有其他税务号码。', 'credit_note.exceeds': '超过该明细行的剩余金额。', 'credit_note.not_whole': '原因 1 须冲销整张账单的全部剩余金额。', 'credit_note.nothing_left': '该账单已全部冲销，没有剩余金额。',
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
  'bank.reference': '该流水号此前已入账。', 'bank_row.resolved': '该行已处理。', 'body.too_large': '请求内容过大。', 'budget.not_issued': '退回预算的金额超过已发放金额。', 'claim.decided': '该申领已裁定。', 'claim.empty': '截至当日没有尚未申领的核销；先付后补的，账单付清后方可申领。', 'claim.item': '要拒绝的项不属于该申领，或为收回款项而不能拒绝。',
  'claim.not_decided': '该申领尚未裁定。', 'claim.paid': '该申领已付款。', 'clock.backwards': '时钟只能向前。', 'clock.job_failed': '一项到期任务失败，时钟停在该处。', 'commission.insufficient': '存管处剩余的佣金不足。', 'concurrency.conflict': '他人反复更改了相同内容，请重试。',
  'confirmation.exists': '其中部分小时已确认、否认或处于争议。', 'confirmation.not_over': '尚未结束的小时不能确认或否认。', 'confirmation.outside_leg': '时间不在订单段之内。', 'confirmation.too_late': '这些小时的确认期限已过。', 'csv.malformed': '文件不是有效的 CSV。', 'flag.decided': '该标记已处理。',
  'idempotency.key': 'Idempotency-Key 须为可见 ASCII 字符，且不能过长。', 'idempotency.mismatch': '此键已用于另一请求。', 'json.malformed': '请求内容须为 JSON 对象。', 'meter.key_revoked': '该密钥已收回。', 'period.not_settled': '该月份尚未结算。', 'programme.exists': '已有相同代码的项目。',
  'programme.version_order': '新版本的生效时间须晚于上一版本。', 'proposal.decided': '该提议已批准或拒绝。', 'proposal.own': '须由提议人以外的人批准。', 'session.https': '登录需要 HTTPS。如由前端代理终止 TLS，须在 Proxies 设置中填写该代理的地址。', 'request.malformed': '请求的参数或内容无法读取。', 'settlement.nothing_due': '补贴项目部分尚无可付金额：主管部门尚未付款，或已全部付出。',
  'settlement.reference': '该流水号已用于此卖方的另一笔付款。', 'voucher.not_expired': '算力券尚未到期。', 'voucher.not_held': '核销或释放的金额超过冻结金额。', 'voucher.not_redeemed': '收回的金额超过已核销金额。', 'webhook.too_many': '通知地址数量已达上限。',
  'job.expire-vouchers': '算力券过了最后一天，其可用部分失效。', 'job.publish-notices': '公示期满后批准申请并发放算力券。', 'job.forget': '清除到期的未用报价、幂等键、询价、任务运行和事件通知消息，以及过往的资源变动。',
  'job.raise-alerts': '就逾期账单、余额不足和超出预算发出提醒。', 'job.match-bids': '为出价匹配新出现的资源，出价高者优先，同价先到先得。', 'job.publish-price-index': '每日结束后发布价格指数。',
  'job.decide-disputes': '裁定逾期的争议，以提供方为准。', 'job.find-gaps': '订单段没有读数时通知提供方，直到恢复。', 'job.compare-meters': '比较双方计量，差异超过容差的开启争议。',
  'job.close-period': '月份结束且宽限期已过后关账。', 'job.bill-period': '为已关账月份逐一开具账单。', 'job.settle-period': '与各卖方结算已出账月份，扣除佣金。',
  'job.look-for-fraud': '将已出账月份的核销与之前各月及已证明用量比对，标记可疑之处。', 'job.look-at-usage': '标记机器不可能产生的当日读数。', 'job.seal-audit': '封存审计记录，使改动、缺失或新增都会被发现。', 'job.check-invariants': '夜间用实时数据检验每条不变式，不成立则标记。', 'job.send-webhooks': '向机构的通知地址发送事件，未应答的再次发送。',
}

export default codes
