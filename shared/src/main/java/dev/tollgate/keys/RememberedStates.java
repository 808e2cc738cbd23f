package dev.tollgate.keys;

import java.util.HashMap;
import java.util.Map;

/**
 * States of keys that the next reservation need not read again, because no other process can have changed them: in an embedded database. Every
 * change of a key or an account clears all of them. Writer's thread only.
 */
final class RememberedStates {

    private static final int STATES_MAX = 50_000;

    private final Map<String, KeyStatePart.State> states = new HashMap<>();

    Map<String, KeyStatePart.State> states() {
        if (states.size() > STATES_MAX) {
            states.clear();
        }
        return states;
    }

    void forget() {
        states.clear();
    }
}
