package dev.tollgate.calls.metering;

import java.util.List;

/**
 * Told of calls as they begin and when they are over, each once, on their event loop. Must not block and should not throw; a fault is logged
 * and changes nothing of the call.
 */
public interface CallObserver {

    /** It counts as open from now on; {@link #over} follows. */
    default void begun(MeteredCall request) {}

    /** What it came to is in the books, or will be. Told right before its caller is told the end. @param call is not to be kept */
    void over(OverCall call);

    /** Nobody. */
    CallObserver NONE = call -> {};

    /** All of these, in their order. */
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
