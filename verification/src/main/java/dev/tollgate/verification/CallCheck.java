package dev.tollgate.verification;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Checks a call on its own: what an ending may have, the charge and the cost as its counts and prices make them. It computes by itself, apart from the
 * program that charges.
 *
 * @param prices that are read before the first call is checked
 * @param groups that are read before them
 */
record CallCheck(PriceCheck prices, GroupCheck groups) {

    private static final String COUNTS =
            "prompt_tokens, tool_tokens, completion_tokens, reasoning_tokens, cached_tokens, cached_audio_tokens, audio_tokens, image_tokens,"
                    + " text_tokens, searches, priced_at, step";

    /** An expression with the first fault of a row of {@code call}, as the end of a sentence; null without one. */
    static final String FAULT = """
            CASE
                WHEN ending NOT IN ('completed', 'cut', 'cancelled', 'failed', 'abandoned') THEN 'ends as ' || ending || ', which is no ending'
                WHEN price IS NOT NULL AND ending IN ('failed', 'abandoned') THEN 'is ' || ending || ' and has a price'
                WHEN price IS NULL AND ending IN ('completed', 'cut') THEN 'is ' || ending || ' and has no price'
                WHEN ending IN ('failed', 'abandoned') AND (error_code IS NULL OR error_message IS NULL) THEN 'is ' || ending || ' and has no error'
                WHEN ending NOT IN ('failed', 'abandoned') AND COALESCE(error_code, error_message) IS NOT NULL
                    THEN 'is ' || ending || ' and has an error'
                WHEN price IS NULL AND COALESCE(%1$s) IS NOT NULL OR price IS NULL AND COALESCE(usage_form, tier, tier_granted) IS NOT NULL
                    THEN 'has no price, and a count, a step, a tier or a form of usage, which only a call with a price has'
                WHEN price IS NOT NULL AND (%2$s IS NULL OR usage_form IS NULL OR tier IS NULL)
                    THEN 'has a price, and lacks a count, a step, a tier or the form of its usage'
                WHEN %3$s < 0 THEN 'has a count or a step below zero'
                WHEN output_image_tokens < 0 OR output_image_tokens > COALESCE(completion_tokens, 0)
                    THEN 'has ' || output_image_tokens || ' image tokens in an output of ' || COALESCE(completion_tokens, 0)
                WHEN maps < 0 OR maps > 1 OR price IS NULL AND maps > 0 THEN 'counts ' || maps || ' calls with Google Maps'
                WHEN usage_form NOT IN ('tokens', 'units', 'openai') THEN 'has the form of usage ' || usage_form || ', which does not exist'
                WHEN tier NOT IN ('standard', 'flex', 'priority') OR tier_granted NOT IN ('standard', 'flex', 'priority') OR tier = tier_granted
                    THEN 'has the tier ' || tier || ' and the granted tier ' || COALESCE(tier_granted, '')
                        || ', of which one does not exist or both are the same'
                WHEN charged_micros < 0 OR sandbox_micros < 0 OR due_micros < 0 THEN 'has an amount below zero'
                WHEN charged_micros > held_micros
                    THEN 'is charged ' || charged_micros || ' micro-credits, more than its hold of ' || held_micros
                WHEN sandbox_micros > charged_micros
                    THEN 'is charged ' || charged_micros || ' micro-credits, less than the sandbox''s part of it, ' || sandbox_micros
                WHEN paid_by IS NOT NULL AND charged_micros = 0 THEN 'is not charged, and paid by grants: ' || paid_by
                WHEN price IS NULL AND (charged_micros > 0 OR due_micros > 0)
                    THEN 'has no price, is charged ' || charged_micros || ' micro-credits and was due ' || due_micros
                WHEN charged_micros > due_micros AND ending <> 'cut'
                    THEN 'is ' || ending || ' and charged ' || charged_micros || ' micro-credits, its due amount is ' || due_micros
                WHEN model = model_id THEN 'repeats its model ' || model || ', which stands there only if the answer named another'
                WHEN max_tokens_applied < 1 OR price IS NULL AND max_tokens_applied IS NOT NULL
                    THEN 'ran with a maximum of ' || max_tokens_applied || ' tokens, which no such call does'
                WHEN ended_at < created_at - CASE WHEN ending = 'abandoned' THEN %4$d ELSE 0 END
                    THEN 'begins at ' || created_at || ' and ends before, at ' || ended_at
                WHEN reserved_us < 0 OR asked_us < COALESCE(reserved_us, 0) OR first_byte_us < COALESCE(asked_us, reserved_us, 0)
                        OR done_us < COALESCE(first_byte_us, asked_us, reserved_us, 0)
                        OR settled_us < COALESCE(done_us, first_byte_us, asked_us, reserved_us, 0)
                    THEN 'took a step before an earlier one'
                WHEN ending = 'completed' AND first_byte_us IS NOT NULL AND done_us IS NULL
                    THEN 'is completed, and its output has a beginning and no end'
                WHEN flags < 0 OR flags > 1023 OR (flags & 192) = 192 THEN 'has the flags ' || flags || ', which no call has'
                WHEN price IS NULL AND ((flags & 15) <> 0 OR attempts IS NULL AND (flags & 192) <> 0)
                    THEN 'has the flags ' || flags || ' of a usage, and no price'
                WHEN (flags & 512) <> 0 AND ending <> 'failed' AND ending <> 'completed' THEN 'says that it failed for its request, and is ' || ending
                WHEN (flags & 8) <> 0 AND due_micros <= charged_micros THEN 'says that a shortfall counts, and has none'
                WHEN price IS NULL AND attempts IS NULL AND cost_micros <> 0 THEN 'has no attempts, and cost ' || cost_micros || ' micro-credits'
                WHEN (price IS NULL AND attempts IS NULL OR ending = 'abandoned') AND (ending = 'abandoned') <> (cost_micros IS NULL)
                    THEN 'is ' || ending || ', and its cost is ' || CASE WHEN cost_micros IS NULL THEN 'not ' ELSE '' END || 'known'
                WHEN (cache_session IS NULL) <> (cache_expected_tokens IS NULL) OR (saved_micros IS NULL) <> (missed_micros IS NULL)
                        OR cache_session IS NULL AND COALESCE(cache_reason, cache_place) IS NOT NULL
                        OR cache_session IS NULL AND COALESCE(cache_idle_seconds, saved_micros) IS NOT NULL
                    THEN 'has a part of what is known of the provider''s cache'
            END""".formatted(
                    COUNTS, COUNTS.replace(",", " IS NULL OR"), COUNTS.replace(",", " < 0 OR"), Check.APART_MILLIS);

    /** A call is priced by its arrival; its body takes less time than this. */
    private static final long BODY_MILLIS = 86_400_000;

    /** @param terms of the call's account */
    void check(AuditedCall call, TermsOfAccount terms, Findings findings) {
        if (call.price() != null && call.counts() != null) {
            price(call, call.price(), call.counts(), findings);
            group(call, call.price(), terms, findings);
        }
        PriceCheck.Price cost = call.costPrice() == null ? null : price(call, call.costPrice(), true, findings);
        if (cost != null || call.costPrice() == null) {
            CostCheck.check(call, cost == null ? null : cost.terms(), findings);
        }
    }

    private void price(AuditedCall call, String version, Terms.Counts counts, Findings findings) {
        PriceCheck.Price price = price(call, version, false, findings);
        if (price == null) {
            return;
        }
        PriceCheck.Price base = prices.base(version);
        // the file's prices hold at any time, also if the clock went back after the start
        if (base != null
                && base.isSet()
                && Math.min(call.pricedAt(), call.createdAt()) < base.since() - Check.APART_MILLIS) {
            findings.add(call.name() + " is priced at " + Instant.ofEpochMilli(call.pricedAt()) + ", its price "
                    + version + " holds from " + Instant.ofEpochMilli(base.since()) + " on");
        }
        if (Math.abs(call.pricedAt() - call.createdAt())
                > BODY_MILLIS + Check.APART_MILLIS) { // by the database's clock and by the server's
            findings.add(call.name() + " is priced at " + Instant.ofEpochMilli(call.pricedAt()) + " and begins at "
                    + Instant.ofEpochMilli(call.createdAt()));
        }
        Terms terms = price.terms();
        if (terms == null) {
            return;
        }
        if (call.step() != terms.step(counts)) {
            findings.add(call.name() + " has the step " + call.step() + ", by its price it is " + terms.step(counts));
        }
        BigDecimal due = terms.charge(counts, call.tier());
        if (due.compareTo(BigDecimal.valueOf(call.due())) != 0) {
            findings.add(call.name() + " has a due amount of " + Findings.credits(call.due())
                    + ", its counts at its price come to " + Findings.credits(due));
        }
    }

    /** Checks that the price is of the group, and of the version of it, that the account's terms name at the arrival. */
    private void group(AuditedCall call, String version, TermsOfAccount terms, Findings findings) {
        String mark = PriceCheck.mark(version);
        PriceCheck.Price base = prices.base(version);
        if (base == null) {
            return;
        }
        if (!terms.allow(call.pricedAt(), mark, base.modelId(), groups)) {
            findings.add(call.name() + " has the price " + version
                    + ", which is not of the price group of its account at " + Instant.ofEpochMilli(call.pricedAt()));
        }
        if (mark != null && prices.isReplaced(base, call.pricedAt() - Check.APART_MILLIS)) {
            findings.add(call.name() + " has the price " + version + ", whose standard price was replaced before "
                    + Instant.ofEpochMilli(call.pricedAt()));
        }
    }

    private PriceCheck.@Nullable Price price(AuditedCall call, String version, boolean isCost, Findings findings) {
        PriceCheck.Price price = prices.of(version);
        if (price == null || price.isCost() != isCost) {
            findings.add(call.name() + " has a " + (isCost ? "cost" : "price") + " that is not there: " + version);
            return null;
        }
        return price;
    }
}
