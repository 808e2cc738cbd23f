package dev.tollgate.base.conversation;

import java.util.List;
import java.util.function.Predicate;

/** Rules about the turns of a conversation, for each form of a request. */
public final class Turns {

    private Turns() {}

    /**
     * Returns the index of the first turn after the last thing that the user said: from there on the upstream requires signatures (protocol 2.4, rule 4).
     *
     * @param isUsersOwn whether the user says something in a turn: results of calls are not it
     */
    public static <T> int currentFrom(List<T> turns, Predicate<? super T> isUsersOwn) {
        for (int i = turns.size() - 1; i >= 0; i--) {
            if (isUsersOwn.test(turns.get(i))) {
                return i + 1;
            }
        }
        return 0;
    }
}
