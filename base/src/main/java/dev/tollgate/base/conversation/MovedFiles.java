package dev.tollgate.base.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The files of the model's turns that the user's next turn gets. A model that makes images refuses one of its own without a signature; in a user's turn
 * none is needed (Y15). A form of a request knows which signature it has to send, and where in the user's turn the files stand. Confined to a thread.
 *
 * @param <F> a file, as the form of a request has it
 */
public final class MovedFiles<F> {

    private final List<F> files = new ArrayList<>(0);

    /** Takes a file out of the model's turn. */
    public void take(F file) {
        files.add(file);
    }

    /** Returns whether no file waits for the user's next turn. */
    public boolean isEmpty() {
        return files.isEmpty();
    }

    /** Gives the files to the user's turn, in the order in which they were taken. */
    public void give(Consumer<? super F> turn) {
        files.forEach(turn);
        files.clear();
    }
}
