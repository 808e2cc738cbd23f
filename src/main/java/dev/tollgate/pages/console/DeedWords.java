package dev.tollgate.pages.console;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the audit log keeps in the words of programs, in those of pages. What has no words here is shown as it is kept. Pure. */
final class DeedWords {

    private static final Map<String, String> ACTIONS = ordered(
            "account.create", "Made an account",
            "account.grant", "Granted credits",
            "account.adjust", "Adjusted the balance",
            "account.reverse", "Took a payment back",
            "task.refund", "Refunded a call",
            "account.limits", "Set the account's limits",
            "account.block", "Banned the account",
            "account.unblock", "Let the account in again",
            "account.delete", "Deleted the account",
            "account.leave", "Left the account",
            "account.invite", "Invited somebody",
            "account.reset_link", "Made a reset link",
            "account.set_role", "Set a role",
            "account.remove_second_factor", "Removed a second factor",
            "account.end_sessions", "Ended all sessions",
            "operator.reset", "Reset the first operator",
            "key.create", "Made a key",
            "key.set", "Changed a key",
            "key.rotate", "Rotated a key",
            "key.disable", "Disabled a key",
            "model.price", "Set a price",
            "setting.set", "Changed a setting",
            "installation.sandbox", "Ended real upstreams",
            "voucher.create", "Made vouchers",
            "channels.reload", "Read the channels file again",
            "channel.try", "Tried a channel",
            "server.drain", "Drained the server",
            "usage.rebuild", "Added up usage again",
            "mail.test", "Sent a test mail",
            "payment.event", "Asked for an event again",
            "payment.paid", "A payment was paid after its refund",
            "payment.refunded", "A payment was refunded",
            "payment.disputed", "A payment was disputed",
            "payment.dispute_lost", "A dispute was lost",
            "payment.dispute_won", "A dispute was won");

    private static final Map<String, String> FIELDS = ordered(
            "balance", "Balance",
            "reserved", "Held",
            "purchased", "Granted and bought",
            "consumed", "Consumed",
            "credits", "Credits of each",
            "credits_taken_back", "Credits taken back",
            "credits_missing", "Credits that were spent before",
            "blocked", "Banned",
            "deleted", "Deleted",
            "left", "Who left",
            "person", "Who",
            "email", "E-mail",
            "to", "To",
            "role", "Role",
            "second_factor", "Second factor",
            "name", "Name",
            "prefix", "Begins with",
            "kind", "Kind",
            "disabled", "Disabled",
            "allow", "Addresses",
            "models", "Models",
            "expires_at", "Expires",
            "requests", "Requests a minute",
            "tokens", "Tokens a minute",
            "concurrency", "Calls at once",
            "spend.hour", "Credits in an hour",
            "spend.day", "Credits in a day",
            "spend.total", "Credits in all",
            "version", "Price version",
            "input", "Input, credits per million tokens",
            "output", "Output, credits per million tokens",
            "reasoning", "Thoughts",
            "value", "Value",
            "first", "First number",
            "count", "How many",
            "taken", "Taken",
            "answered", "Answered",
            "milliseconds", "Milliseconds",
            "error", "Error",
            "draining", "Draining",
            "payment", "Payment",
            "event", "Event",
            "object", "Object at Stripe");

    /** What fields of keys and limits were called in older rows, with their present names. */
    private static final Map<String, String> FORMER = ordered(
            "accountId", "account",
            "createdAt", "created_at",
            "lastUsedAt", "last_used_at",
            "expiresAt", "expires_at",
            "requestsPerMinute", "requests",
            "tokensPerMinute", "tokens",
            "rates.requests", "requests",
            "rates.tokens", "tokens",
            "rates.concurrency", "concurrency",
            "spend_hour", "spend.hour",
            "spend_day", "spend.day",
            "spend_total", "spend.total",
            "spend.hourMicros", "spend.hour",
            "spend.dayMicros", "spend.day",
            "spend.totalMicros", "spend.total");

    private DeedWords() {}

    /** All deeds, in the order in which they are offered. */
    static Map<String, String> actions() {
        return ACTIONS;
    }

    static String action(String code) {
        return ACTIONS.getOrDefault(code, code);
    }

    static String field(String name) {
        return FIELDS.getOrDefault(name, name);
    }

    /** Returns the present name of a field, which older rows may call otherwise. */
    static String present(String name) {
        return FORMER.getOrDefault(name, name);
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }
}
