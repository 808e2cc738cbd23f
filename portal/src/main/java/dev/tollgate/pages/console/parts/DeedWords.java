package dev.tollgate.pages.console.parts;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.operator.admin.actions.OperatorActions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The words of rows of the audit log, which the rows of actions say. Pure. */
public final class DeedWords {

    /** The rows of the audit log by their actions, with the words of each in the order in which they are offered. */
    private static final Map<String, DeedKind> KINDS = new LinkedHashMap<>();

    private static final Map<String, Sentence> ACTIONS = new LinkedHashMap<>();

    static {
        for (DeedKind kind : OperatorActions.TOLD) {
            KINDS.putIfAbsent(kind.action(), kind);
            ACTIONS.putIfAbsent(kind.action(), kind.words());
        }
    }

    private DeedWords() {}

    /** All actions, in the order in which they are offered. */
    public static Map<String, Sentence> actions() {
        return Collections.unmodifiableMap(ACTIONS);
    }

    /** Returns what the row of an action says; an unknown action and its facts are shown as stored. */
    static DeedKind kind(String action) {
        DeedKind kind = KINDS.get(action);
        return kind == null ? new DeedKind(action, Sentence.asItIs(action)) : kind;
    }
}
