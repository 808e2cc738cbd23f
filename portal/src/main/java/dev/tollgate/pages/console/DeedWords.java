package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.operator.admin.OperatorActions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The words of operators' deeds: of rows of the audit log, which the rows of actions say, and of forms. Pure. */
final class DeedWords {

    /** The rows of the audit log by their actions, with the words of each in the order in which they are offered. */
    private static final Map<String, DeedKind> KINDS = new LinkedHashMap<>();

    private static final Map<String, Sentence> ACTIONS = new LinkedHashMap<>();

    /** The labels of fields by their names: of several actions those of the first. */
    private static final Map<String, Sentence> FIELDS = new LinkedHashMap<>(PriceForm.LABELS);

    static {
        for (DeedKind kind : OperatorActions.TOLD) {
            KINDS.putIfAbsent(kind.action(), kind);
            ACTIONS.putIfAbsent(kind.action(), kind.words());
            kind.facts().forEach(fact -> FIELDS.putIfAbsent(fact.name(), fact.label()));
        }
    }

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

    private DeedWords() {}

    /** All actions, in the order in which they are offered. */
    static Map<String, Sentence> actions() {
        return Collections.unmodifiableMap(ACTIONS);
    }

    /** Returns what the row of an action says; an unknown action and its facts are shown as stored. */
    static DeedKind kind(String action) {
        DeedKind kind = KINDS.get(action);
        return kind == null ? new DeedKind(action, Sentence.asItIs(action)) : kind;
    }

    /** Returns the name of a field that was typed into a form. */
    static String typed(String name) {
        return said(TYPED, name, said(FIELDS, name, name));
    }

    /** Returns the button of a form. @param path of its page */
    static String deed(String path, String code) {
        String own = !code.equals("close") ? code : path.startsWith(ConsoleGroups.PATH) ? "close-group" : "close-plan";
        return said(DEEDS, own, path.startsWith(ConsoleSettings.PATH) ? say("Change settings") : code);
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
