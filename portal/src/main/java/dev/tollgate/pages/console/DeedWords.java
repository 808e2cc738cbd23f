package dev.tollgate.pages.console;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Translates the audit log's codes into the words of pages. A code without a translation is shown as stored. Pure. */
final class DeedWords {

    private static final Map<String, String> ACTIONS = ordered(
            "account.create", "Created an account",
            "account.grant", "Granted credits",
            "grant.extend", "Extended a grant",
            "grant.end", "Ended a grant",
            "account.adjust", "Adjusted the balance",
            "account.reverse", "Reversed a payment",
            "task.refund", "Refunded a call",
            "account.limits", "Set the account's limits",
            "account.group", "Set the account's price group",
            "account.block", "Banned the account",
            "account.unblock", "Unbanned the account",
            "account.delete", "Deleted the account",
            "account.delete_files", "Deleted stored files",
            "person.delete", "Deleted a login",
            "account.leave", "Left the account",
            "account.invite", "Invited a person",
            "account.reset_link", "Created a reset link",
            "account.set_role", "Set a role",
            "account.remove_second_factor", "Removed a second factor",
            "account.end_sessions", "Ended all sessions",
            "member.role", "Set a member's role",
            "member.remove", "Removed a member",
            "invitation.create", "Invited a member",
            "invitation.revoke", "Revoked an invitation",
            "team.create", "Created a team",
            "team.rename", "Renamed a team",
            "team.pause", "Paused a team",
            "team.resume", "Ended a team's pause",
            "team.archive", "Archived a team",
            "team.member", "Set a role in a team",
            "team.leave", "Removed a person from a team",
            "budget.set", "Set budgets",
            "organization.name", "Renamed an organization",
            "organization.time_zone", "Set the time zone of budgets",
            "organization.language", "Set the language of an organization's e-mails",
            "organization.labels", "Set tags and end users",
            "end_user.erase", "Erased an end user",
            "operator.reset", "Reset the first operator",
            "key.create", "Created a key",
            "key.set", "Changed a key",
            "key.rotate", "Rotated a key",
            "key.disable", "Disabled a key",
            "model.price", "Set a price",
            "group.set", "Set a price group",
            "group.close", "Closed a price group",
            "plan.set", "Set a plan",
            "plan.close", "Closed a plan",
            "plan.assign", "Assigned a plan",
            "plan.end", "Ended a plan",
            "setting.set", "Changed a setting",
            "installation.sandbox", "Ended real upstreams",
            "installation.server", "Accepted another database server",
            "voucher.create", "Created vouchers",
            "voucher.revoke", "Revoked vouchers",
            "announcement.write", "Wrote an announcement",
            "announcement.change", "Changed an announcement",
            "announcement.delete", "Deleted an announcement",
            "channels.reload", "Reloaded the channels file",
            "channel.try", "Tested a channel",
            "server.drain", "Drained the server",
            "secret.rotate", "Rotated the secret key",
            "secret.forget", "Forgot a secret key",
            "usage.rebuild", "Recomputed usage",
            "mail.test", "Sent a test mail",
            "payment.event", "Processed an event again",
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
            "credits", "Credits per voucher",
            "grant", "Grant",
            "limits", "Limits of the grant",
            "credits_taken_back", "Credits reversed",
            "credits_missing", "Credits already spent",
            "blocked", "Banned",
            "deleted", "Deleted",
            "files", "Files",
            "left", "Person who left",
            "person", "Who",
            "subject", "Of",
            "time_zone", "Time zone",
            "tag_names", "Names of tags",
            "end_users", "End users",
            "language", "Language of e-mails",
            "hour", "Credits per hour",
            "day", "Credits per day",
            "week", "Credits per week",
            "month", "Credits per month",
            "total", "Credits in total",
            "email", "E-mail",
            "to", "To",
            "role", "Role",
            "second_factor", "Second factor",
            "name", "Name",
            "prefix", "Prefix",
            "kind", "Kind",
            "disabled", "Disabled",
            "allow", "Addresses",
            "models", "Models",
            "expires_at", "Expires",
            "text", "Text",
            "begins_at", "Begins",
            "ends_at", "Ends",
            "requests", "Requests per minute",
            "tokens", "Tokens per minute",
            "concurrency", "Concurrent calls",
            "max_input_price", "Input price at most",
            "max_output_price", "Output price at most",
            "spend.hour", "Credits per hour",
            "spend.day", "Credits per day",
            "spend.total", "Credits in total",
            "version", "Price version",
            "group", "Price group",
            "plan", "Plan",
            "subscription", "Number of the plan",
            "cents", "Price in US cents",
            "period", "Period",
            "periods", "Periods",
            "anchor", "Begins",
            "until", "Ends",
            "ended_at", "Ended at",
            "closed_at", "Closed at",
            "versions", "Versions",
            "factor", "Factor in thousandths",
            "closed", "Closed",
            "set_at", "Set at",
            "input", "Input, credits per million tokens",
            "output", "Output, credits per million tokens",
            "tiers.flex", "Flex factor",
            "tiers.priority", "Priority factor",
            "rounding", "Rounding",
            "withdrawn", "Cancelled versions",
            "kept", "Versions kept for later",
            "reasoning", "Thoughts",
            "value", "Value",
            "first", "First number",
            "last", "Last number",
            "count", "Number of vouchers",
            "days", "Days until the credits expire",
            "taken", "Taken",
            "answered", "Answered",
            "milliseconds", "Milliseconds",
            "error", "Error",
            "draining", "Draining",
            "payment", "Payment",
            "event", "Event",
            "object", "Object at Stripe");

    /** The deeds of forms, by their hidden field, as on their buttons. */
    private static final Map<String, String> DEEDS = ordered(
            "grant", "Grant credits",
            "extend-grant", "Extend grant",
            "end-grant", "End grant",
            "adjust", "Adjust balance",
            "limits", "Set limits",
            "group", "Set group",
            "factor", "Remove second factor",
            "owner", "Appoint owner",
            "invite", "Invite person",
            "reset", "Create link",
            "operator", "Make operator",
            "user", "Take the operator role away",
            "sessions", "End all sessions",
            "ban", "Ban account",
            "unban", "Unban",
            "delete", "Delete account",
            "create", "Create account",
            "refund", "Refund",
            "make", "Create vouchers",
            "revoke", "Revoke vouchers",
            "announce", "Publish announcement",
            "end", "End announcement",
            "remove", "Delete announcement",
            "mail", "Send a test mail",
            "", "Set price");

    /** Names of typed fields that the audit log does not have, or has for something else. */
    private static final Map<String, String> TYPED = ordered(
            "reason", "Reason",
            "credits", "Credits",
            "hour", "Credits per hour",
            "day", "Credits per day",
            "total", "Credits in total",
            "login", "Person",
            "expires", "Last day",
            "begins", "Begin",
            "ends", "End",
            "number", "Number",
            "thoughts", "Thoughts",
            "scheduled", "Scheduled prices");

    /** The names of rates in the settings of a key, with the names that an account's settings have for them. */
    private static final Map<String, String> OF_ACCOUNTS = ordered(
            "rates.requests", "requests",
            "rates.tokens", "tokens",
            "rates.concurrency", "concurrency");

    private DeedWords() {}

    /** All deeds, in the order in which they are offered. */
    static Map<String, String> actions() {
        return ACTIONS;
    }

    static String action(String code) {
        return ACTIONS.getOrDefault(code, code);
    }

    static String field(String name) {
        return FIELDS.getOrDefault(name, PriceForm.LABELS.getOrDefault(name, name));
    }

    /** Returns the name of a field that was typed into a form. */
    static String typed(String name) {
        return TYPED.getOrDefault(name, field(name));
    }

    /** Returns the button of a form. @param path of its page */
    static String deed(String path, String code) {
        return DEEDS.getOrDefault(code, path.startsWith(ConsoleSettings.PATH) ? "Change settings" : code);
    }

    /** Returns one name for a field that keys and accounts have. */
    static String common(String name) {
        return OF_ACCOUNTS.getOrDefault(name, name);
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }
}
