package dev.tollgate.calls.metering;

/** Has a stream begin whose upstream says nothing for a while (E21). Confined to its call. */
final class Silence {

    private final Sink sink;
    private final Course course;
    private final Hold hold;
    private final Runnable confirm;
    private boolean told;

    /** @param confirm asks for a hold that may be relied on */
    Silence(Sink sink, Course course, Hold hold, Runnable confirm) {
        this.sink = sink;
        this.course = course;
        this.hold = hold;
        this.confirm = confirm;
    }

    /** Returns whether the upstream has said nothing yet and the response has not begun. */
    boolean lasts() {
        return !told && !course.has(CallStep.HEARD) && !sink.leavesWhole();
    }

    /** Has the response begin as soon as the hold may be relied on. Called again while the silence {@link #lasts}. */
    void end() {
        if (hold.mayLeave()) {
            told = true;
            sink.waiting();
        } else {
            confirm.run();
        }
    }
}
