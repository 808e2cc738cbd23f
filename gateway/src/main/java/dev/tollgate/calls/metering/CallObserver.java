package dev.tollgate.calls.metering;

import java.util.List;

/**
 * Receives each call when it begins and when it is over, once each, on the call's event loop. Must not block and should not throw. A fault is logged
 * and does not affect the call.
 */
public interface CallObserver {

    /** Counts the call as open until {@link #over} follows. */
    default void begun(MeteredCall request) {}

    /**
     * Receives a call that is over, right before its caller receives the end. The books have its result, or will have it. @param call must not be
     * kept
     */
    void over(OverCall call);

    /** Ignores every call. */
    CallObserver NONE = call -> {};

    /** Combines observers, called in their order. */
    static CallObserver all(List<CallObserver> observers) {
        List<CallObserver> told = List.copyOf(observers);
        return new CallObserver() {
            @Override
            public void begun(MeteredCall request) {
                for (int i = 0; i < told.size(); i++) {
                    told.get(i).begun(request);
                }
            }

            @Override
            public void over(OverCall call) {
                for (int i = 0; i < told.size(); i++) {
                    told.get(i).over(call);
                }
            }
        };
    }
}
