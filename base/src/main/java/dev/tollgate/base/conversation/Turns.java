package dev.tollgate.base.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Rules about the turns of a conversation, for each form of a request. */
public final class Turns {

    private Turns() {}

    /**
     * Returns what is said in turns, which alternate between the sides. Neighbours of one side are one turn for every rule (D55), since clients divide them
     * differently: Google's JS SDK keeps each chunk of a streamed answer as a content of its own.
     */
    public static <T> List<List<T>> of(List<T> said, Predicate<? super T> isModels) {
        List<List<T>> turns = new ArrayList<>(said.size());
        for (int from = 0; from < said.size(); ) {
            int to = from + 1;
            while (to < said.size() && isModels.test(said.get(to)) == isModels.test(said.get(from))) {
                to++;
            }
            turns.add(said.subList(from, to));
            from = to;
        }
        return turns;
    }

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

    /**
     * Returns whether the user's least text must follow the model's last words. Not every model continues them, none without any other content, and images
     * that move need a turn of the user's to move to.
     *
     * @param continues whether the model continues its own words
     * @param turns the number of turns, of which the last is the model's
     * @param moved the images that wait for the user's next turn
     */
    public static boolean needContinuation(boolean continues, int turns, MovedFiles<?> moved) {
        return !continues || turns == 1 || !moved.isEmpty();
    }
}
