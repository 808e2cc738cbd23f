package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Translates the audit log's codes into the words of pages. A code without a translation is shown as stored. Pure. */
final class DeedWords {

    private static final Map<String, Sentence> ACTIONS = ordered(
            "account.create", sentence("Created an account"),
            "account.grant", sentence("Granted credits"),
            "grant.extend", sentence("Extended a grant"),
            "grant.end", sentence("Ended a grant"),
            "account.adjust", sentence("Adjusted the balance"),
            "account.reverse", sentence("Reversed a payment"),
            "task.refund", sentence("Refunded a call"),
            "account.limits", sentence("Set the account's limits"),
            "account.group", sentence("Set the account's price group"),
            "account.block", sentence("Banned the account"),
            "account.unblock", sentence("Unbanned the account"),
            "account.delete", sentence("Deleted the account"),
            "account.delete_files", sentence("Deleted stored files"),
            "person.delete", sentence("Deleted a login"),
            "account.leave", sentence("Left the account"),
            "account.invite", sentence("Invited a person"),
            "account.reset_link", sentence("Created a reset link"),
            "account.set_role", sentence("Set a role"),
            "account.remove_second_factor", sentence("Removed a second factor"),
            "account.end_sessions", sentence("Ended all sessions"),
            "member.role", sentence("Set a member's role"),
            "member.remove", sentence("Removed a member"),
            "invitation.create", sentence("Invited a member"),
            "invitation.revoke", sentence("Revoked an invitation"),
            "team.create", sentence("Created a team"),
            "team.rename", sentence("Renamed a team"),
            "team.pause", sentence("Paused a team"),
            "team.resume", sentence("Ended a team's pause"),
            "team.archive", sentence("Archived a team"),
            "team.member", sentence("Set a role in a team"),
            "team.leave", sentence("Removed a person from a team"),
            "budget.set", sentence("Set budgets"),
            "organization.name", sentence("Renamed an organization"),
            "organization.time_zone", sentence("Set the time zone of budgets"),
            "organization.language", sentence("Set the language of an organization's e-mails"),
            "organization.labels", sentence("Set tags and end users"),
            "end_user.erase", sentence("Erased an end user"),
            "operator.reset", sentence("Reset the first operator"),
            "key.create", sentence("Created a key"),
            "key.set", sentence("Changed a key"),
            "key.rotate", sentence("Rotated a key"),
            "key.disable", sentence("Disabled a key"),
            "model.price", sentence("Set a price"),
            "group.set", sentence("Set a price group"),
            "group.close", sentence("Closed a price group"),
            "plan.set", sentence("Set a plan"),
            "plan.close", sentence("Closed a plan"),
            "plan.assign", sentence("Assigned a plan"),
            "plan.end", sentence("Ended a plan"),
            "setting.set", sentence("Changed a setting"),
            "installation.sandbox", sentence("Ended real upstreams"),
            "installation.server", sentence("Accepted another database server"),
            "books.seen", sentence("Marked differences of the books as seen"),
            "installation.backup_folder", sentence("Declared the folder of copies as new"),
            "voucher.create", sentence("Created vouchers"),
            "voucher.revoke", sentence("Revoked vouchers"),
            "announcement.write", sentence("Wrote an announcement"),
            "announcement.change", sentence("Changed an announcement"),
            "announcement.delete", sentence("Deleted an announcement"),
            "channels.reload", sentence("Reloaded the channels file"),
            "channel.try", sentence("Tested a channel"),
            "server.drain", sentence("Drained the server"),
            "secret.rotate", sentence("Rotated the secret key"),
            "secret.forget", sentence("Forgot a secret key"),
            "usage.rebuild", sentence("Recomputed usage"),
            "mail.test", sentence("Sent a test mail"),
            "payment.event", sentence("Processed an event again"),
            "payment.paid", sentence("A payment was paid after its refund"),
            "payment.refunded", sentence("A payment was refunded"),
            "payment.disputed", sentence("A payment was disputed"),
            "payment.dispute_lost", sentence("A dispute was lost"),
            "payment.dispute_won", sentence("A dispute was won"));

    private static final Map<String, Sentence> FIELDS = ordered(
            "balance", sentence("Balance"),
            "reserved", sentence("Held"),
            "purchased", sentence("Granted and bought"),
            "consumed", sentence("Consumed"),
            "credits", sentence("Credits per voucher"),
            "grant", sentence("Grant"),
            "limits", sentence("Limits of the grant"),
            "credits_taken_back", sentence("Credits reversed"),
            "credits_missing", sentence("Credits already spent"),
            "blocked", sentence("Banned"),
            "deleted", sentence("Deleted"),
            "files", sentence("Files"),
            "left", sentence("Person who left"),
            "person", sentence("deed::Who"),
            "subject", sentence("Of"),
            "time_zone", sentence("Time zone"),
            "tag_names", sentence("Names of tags"),
            "end_users", sentence("End users"),
            "language", sentence("Language of e-mails"),
            "hour", sentence("Credits per hour"),
            "day", sentence("Credits per day"),
            "week", sentence("Credits per week"),
            "month", sentence("Credits per month"),
            "total", sentence("Credits in total"),
            "email", sentence("E-mail"),
            "to", sentence("deed::To"),
            "mark", sentence("Mark of the address"),
            "role", sentence("Role"),
            "second_factor", sentence("Second factor"),
            "name", sentence("Name"),
            "prefix", sentence("Prefix"),
            "kind", sentence("Kind"),
            "disabled", sentence("Disabled"),
            "allow", sentence("Addresses"),
            "models", sentence("Models"),
            "expires_at", sentence("Expires"),
            "text", sentence("Text"),
            "begins_at", sentence("Begins"),
            "ends_at", sentence("Ends"),
            "requests", sentence("Requests per minute"),
            "tokens", sentence("Tokens per minute"),
            "concurrency", sentence("Concurrent calls"),
            "max_input_price", sentence("Input price at most"),
            "max_output_price", sentence("Output price at most"),
            "spend.hour", sentence("Credits per hour"),
            "spend.day", sentence("Credits per day"),
            "spend.total", sentence("Credits in total"),
            "version", sentence("Price version"),
            "group", sentence("Price group"),
            "plan", sentence("Plan"),
            "subscription", sentence("Number of the plan"),
            "cents", sentence("Price in US cents"),
            "period", sentence("Period"),
            "periods", sentence("Periods"),
            "anchor", sentence("Begins"),
            "until", sentence("Ends"),
            "ended_at", sentence("Ended at"),
            "closed_at", sentence("Closed at"),
            "versions", sentence("Versions"),
            "factor", sentence("Factor in thousandths"),
            "closed", sentence("Closed"),
            "set_at", sentence("Set at"),
            "input", sentence("Input, credits per million tokens"),
            "output", sentence("Output, credits per million tokens"),
            "tiers.flex", sentence("Flex factor"),
            "tiers.priority", sentence("Priority factor"),
            "rounding", sentence("Rounding"),
            "withdrawn", sentence("Cancelled versions"),
            "kept", sentence("Versions kept for later"),
            "reasoning", sentence("Thoughts"),
            "value", sentence("Value"),
            "first", sentence("First number"),
            "last", sentence("Last number"),
            "count", sentence("Number of vouchers"),
            "days", sentence("Days until the credits expire"),
            "taken", sentence("Taken"),
            "answered", sentence("deed::Answered"),
            "milliseconds", sentence("Milliseconds"),
            "error", sentence("Error"),
            "draining", sentence("Draining"),
            "last_copy", sentence("Last copy"),
            "checked", sentence("What was checked"),
            "checked_at", sentence("End of the check"),
            "payment", sentence("Payment"),
            "event", sentence("Event"),
            "object", sentence("Object at Stripe"),
            "differences", sentence("differences"),
            "started_at", sentence("started_at"),
            "outcome", sentence("outcome"));

    /** The deeds of forms, by their hidden field, as on their buttons. */
    private static final Map<String, Sentence> DEEDS = ordered(
            "grant", sentence("Grant credits"),
            "extend-grant", sentence("Extend grant"),
            "end-grant", sentence("End grant"),
            "adjust", sentence("Adjust balance"),
            "limits", sentence("Set limits"),
            "group", sentence("Set group"),
            "assign-plan", sentence("Assign plan"),
            "end-plan", sentence("End plan"),
            "set", sentence("Set version"),
            "close-group", sentence("Close group"),
            "close-plan", sentence("Close plan"),
            "files", sentence("Delete stored files"),
            "forget", sentence("Delete login"),
            "factor", sentence("Remove second factor"),
            "owner", sentence("Appoint owner"),
            "invite", sentence("Invite person"),
            "reset", sentence("Create link"),
            "operator", sentence("Make operator"),
            "user", sentence("Take the operator role away"),
            "sessions", sentence("End all sessions"),
            "ban", sentence("Ban account"),
            "unban", sentence("Unban"),
            "delete", sentence("Delete account"),
            "create", sentence("Create account"),
            "refund", sentence("Refund"),
            "make", sentence("Create vouchers"),
            "revoke", sentence("Revoke vouchers"),
            "announce", sentence("Publish announcement"),
            "end", sentence("End announcement"),
            "remove", sentence("Delete announcement"),
            "mail", sentence("Send a test mail"),
            "new-folder", sentence("The folder is new"),
            "seen", sentence("Mark as seen"),
            "", sentence("Set price"));

    /** Names of typed fields that the audit log does not have, or has for something else. */
    private static final Map<String, Sentence> TYPED = ordered(
            "reason", sentence("Reason"),
            "credits", sentence("Credits"),
            "login", sentence("Person"),
            "expires", sentence("Expires after"),
            "begins", sentence("Begin"),
            "ends", sentence("End"),
            "number", sentence("Number"),
            "thoughts", sentence("Thoughts"),
            "scheduled", sentence("Scheduled prices"));

    /** The names of rates in the settings of a key, with the names that an account's settings have for them. */
    private static final Map<String, String> OF_ACCOUNTS =
            Map.of("rates.requests", "requests", "rates.tokens", "tokens", "rates.concurrency", "concurrency");

    private DeedWords() {}

    /** All deeds, in the order in which they are offered. */
    static Map<String, Sentence> actions() {
        return ACTIONS;
    }

    static String action(String code) {
        return said(ACTIONS, code, code);
    }

    static String field(String name) {
        return said(FIELDS, name, said(PriceForm.LABELS, name, name));
    }

    /** Returns the name of a field that was typed into a form. */
    static String typed(String name) {
        return said(TYPED, name, field(name));
    }

    /** Returns the button of a form. @param path of its page */
    static String deed(String path, String code) {
        String own = !code.equals("close") ? code : path.startsWith(ConsoleGroups.PATH) ? "close-group" : "close-plan";
        return said(DEEDS, own, path.startsWith(ConsoleSettings.PATH) ? say("Change settings") : code);
    }

    /** Returns one name for a field that keys and accounts have. */
    static String common(String name) {
        return OF_ACCOUNTS.getOrDefault(name, name);
    }

    private static String said(Map<String, Sentence> words, String code, String otherwise) {
        Sentence word = words.get(code);
        return word == null ? otherwise : word.said();
    }

    /** @param pairs codes, each followed by its words */
    private static Map<String, Sentence> ordered(Object... pairs) {
        Map<String, Sentence> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], (Sentence) pairs[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }
}
