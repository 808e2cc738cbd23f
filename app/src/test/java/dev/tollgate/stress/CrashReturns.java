package dev.tollgate.stress;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Those who come back with their Idempotency-Key after a crash (D36): what was charged is answered again, byte for byte as far as it
 * was heard before, and without asking the upstream; what was not may be asked for again. One thread.
 */
final class CrashReturns {

    private record Expected(CrashBooks.Row charged, int attempts) {}

    private final CrashFarSide farSide;
    private final Map<Integer, Expected> expected = new HashMap<>();
    private final Map<Integer, List<CrashCaller.Heard>> before = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    CrashReturns(CrashFarSide farSide) {
        this.farSide = farSide;
    }

    /** Adds what callers received before they came back. */
    void heard(Collection<CrashCaller.Heard> calls) {
        calls.forEach(heard -> before.computeIfAbsent(heard.plan().number(), _ -> new ArrayList<>())
                .add(heard));
    }

    /** @param charged what the books have of it already, else null */
    void expect(CallPlan plan, CrashBooks.Row charged) {
        expected.put(plan.number(), new Expected(charged, farSide.attempts(plan)));
    }

    /** @param undisturbed whether the gateways ran without interruption since then */
    void compare(Collection<CrashCaller.Heard> again, boolean undisturbed) {
        for (CrashCaller.Heard heard : again) {
            Expected known = expected.get(heard.plan().number());
            if (known.charged != null) {
                checkReplay(heard, known, undisturbed);
            } else if (undisturbed) {
                checkAnew(heard);
            }
        }
        heard(again);
        again.forEach(this::checkSameBytes);
    }

    private void checkReplay(CrashCaller.Heard heard, Expected known, boolean undisturbed) {
        check(
                farSide.attempts(heard.plan()) == known.attempts,
                heard,
                "the upstream was asked again for what was charged");
        if (heard.ending() == CrashCaller.Ending.WHOLE) {
            check(heard.replayed(), heard, "an answer that was charged before does not say so");
            check(
                    heard.taskId().equals(known.charged.id()),
                    heard,
                    "another answer than the one charged as " + known.charged.id());
        } else {
            check(!undisturbed, heard, "an answer that was charged is not to be had again");
        }
    }

    private void checkAnew(CrashCaller.Heard heard) {
        CallPlan plan = heard.plan();
        boolean mustGoWell = plan.wallet() == CallPlan.Wallet.RICH && plan.fault() != CallPlan.Fault.RESET_MIDWAY;
        boolean mayBeRefused = !mustGoWell && heard.ending() == CrashCaller.Ending.REFUSED;
        check(heard.ending() == CrashCaller.Ending.WHOLE || mayBeRefused, heard, "the call could not be made anew");
    }

    /** All parts of one response, received by any caller at any time, agree as far as they go. */
    private void checkSameBytes(CrashCaller.Heard whole) {
        if (whole.ending() != CrashCaller.Ending.WHOLE) {
            return;
        }
        for (CrashCaller.Heard other : before.get(whole.plan().number())) {
            boolean isSameAnswer = other.taskId().equals(whole.taskId()) && other.status() == 200;
            check(
                    !isSameAnswer
                            || (other.ending() == CrashCaller.Ending.WHOLE
                                    ? whole.text().equals(other.text())
                                    : whole.text().startsWith(other.text())),
                    whole,
                    "the answer is not the same byte for byte as " + other);
        }
    }

    private void check(boolean isSo, CrashCaller.Heard heard, String otherwise) {
        if (!isSo) {
            problems.add(otherwise + ": " + heard);
        }
    }

    List<String> problems() {
        return problems;
    }
}
