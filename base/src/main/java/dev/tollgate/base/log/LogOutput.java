package dev.tollgate.base.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.tollgate.base.fatal.Fatal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The log's output to standard error; standard output is for the results of commands.
 *
 * <p>A logging thread renders its line, puts it into a queue and continues. One daemon thread writes. If it cannot write (a full disk, an unread
 * pipe), lines are dropped and counted, and the count is logged when there is room again. An error that ends that thread ends the process, since
 * nothing could be logged after it. Thread-safe.
 */
public final class LogOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {

    /** The name of its appender, by which {@link #ofProcess} finds it. */
    public static final String NAME = "stderr";

    private static final int LINES_WAITING_MAX = 8_192;
    private static final long BYTES_WAITING_MAX = 4L << 20;
    private static final long LOOK_MILLIS = 200;
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final byte[] NOTHING = {};

    private final OutputStream out;
    private final InstantSource clock;
    private final Throttle throttle;
    private final LogLine lines = new LogLine();
    private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(LINES_WAITING_MAX);
    private final AtomicLong bytesWaiting = new AtomicLong();
    private final AtomicLong unwritten = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final LongAdder errors = new LongAdder();
    private final LongAdder warnings = new LongAdder();
    private final LongAdder others = new LongAdder();
    private volatile LogFormat format = LogFormat.TEXT;
    private volatile LogLine.Writer writer = LogLine.Writer.UNKNOWN;
    private volatile @Nullable Thread thread;
    private boolean wasCut;
    private long lostTold;

    /** Makes an output to standard error. */
    public LogOutput() {
        this(new FileOutputStream(FileDescriptor.err), InstantSource.system(), System::nanoTime);
    }

    /** Makes an output to a stream. @param nanoTime what a second and a minute are measured by */
    public LogOutput(OutputStream out, InstantSource clock, LongSupplier nanoTime) {
        this.out = out;
        this.clock = clock;
        this.throttle = new Throttle(nanoTime);
    }

    /** Returns the output of this process; null if the log is configured differently. */
    public static @Nullable LogOutput ofProcess() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        return root.getAppender(NAME) instanceof LogOutput output ? output : null;
    }

    /** Waits for what was logged to be written, a moment at most: the process is about to end. */
    public static void flushProcess() {
        LogOutput output = ofProcess();
        if (output != null) {
            output.flush();
        }
    }

    /** Sets the format of the following lines. */
    public void format(LogFormat chosen) {
        format = chosen;
    }

    public LogFormat format() {
        return format;
    }

    /** Sets the identity in the following JSON lines. @param node called for each line, must not block; empty if there is one server */
    public void identity(Supplier<String> node, String version) {
        writer = new LogLine.Writer(node, version);
    }

    /** Errors, since the start; those that were left out included. */
    public long errors() {
        return errors.sum();
    }

    public long warnings() {
        return warnings.sum();
    }

    /** All that is neither. */
    public long others() {
        return others.sum();
    }

    /** Lines that could not be written, since the start. */
    public long lost() {
        return lost.get();
    }

    @Override
    public void start() {
        super.start();
        thread = Thread.ofPlatform().daemon().name("tollgate-log").start(Fatal.lasting("the log", this::write));
    }

    @Override
    public void stop() {
        super.stop();
        flush();
        Thread writing = thread;
        if (writing != null) {
            writing.interrupt();
        }
    }

    @Override
    protected void append(ILoggingEvent line) {
        count(line.getLevel());
        Event event = LogLine.event(line);
        String key = event == Event.NOTE ? String.valueOf(line.getMessage()) : event.word();
        if (event != Event.ACCESS && !mayWrite(event, key, line)) {
            if (waiting.isEmpty()) {
                offer(NOTHING); // wakes the thread that logs the count
            }
            return;
        }
        boolean traced = line.getThrowableProxy() == null || throttle.mayTrace(cause(event, key, line));
        offer(lines.of(line, format, traced, writer).getBytes(StandardCharsets.UTF_8));
    }

    private boolean mayWrite(Event event, String key, ILoggingEvent line) {
        String name = name(event, line);
        if (!event.isOneCause() || line.getThrowableProxy() == null || namesSomething(line)) {
            return throttle.mayWrite(key, name, Throttle.Pace.TEN_A_SECOND);
        }
        IThrowableProxy cause = LogLine.bottom(line.getThrowableProxy());
        String sentence = key + " " + line.getMessage() + " " + cause.getClassName() + " " + cause.getMessage();
        return throttle.mayWrite(sentence, name, Throttle.Pace.ONE_A_MINUTE);
    }

    /** Returns whether the line names its subject. Otherwise all calls with the same cause would log the same line. */
    private static boolean namesSomething(ILoggingEvent line) {
        Object[] arguments = line.getArgumentArray();
        return arguments != null && arguments.length > 0;
    }

    private void count(Level level) {
        LongAdder counter = level.isGreaterOrEqual(Level.ERROR) ? errors : level == Level.WARN ? warnings : others;
        counter.increment();
    }

    private static String name(Event event, ILoggingEvent line) {
        String logger = line.getLoggerName();
        return event == Event.NOTE
                ? event.word() + " from " + logger.substring(logger.lastIndexOf('.') + 1)
                : event.word();
    }

    /** Returns the key of a cause: exceptions from one place for one reason share a stack trace. */
    private static String cause(Event event, String key, ILoggingEvent line) {
        if (event.isOneCause()) {
            return key;
        }
        IThrowableProxy bottom = LogLine.bottom(line.getThrowableProxy());
        StackTraceElementProxy[] frames = bottom.getStackTraceElementProxyArray();
        String place = frames == null || frames.length == 0 ? "" : frames[0].toString();
        return key + " " + bottom.getClassName() + " " + place;
    }

    private void offer(byte[] line) {
        if (line.length > 0 && bytesWaiting.addAndGet(line.length) > BYTES_WAITING_MAX) {
            bytesWaiting.addAndGet(-line.length);
            lost.incrementAndGet();
            return;
        }
        unwritten.incrementAndGet();
        if (!waiting.offer(line)) {
            unwritten.decrementAndGet();
            if (line.length > 0) {
                bytesWaiting.addAndGet(-line.length);
                lost.incrementAndGet();
            }
        }
    }

    // ---- the thread that writes ----

    private void write() {
        try {
            while (isStarted() || !waiting.isEmpty()) {
                byte[] line = throttle.owes() ? waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS) : waiting.take();
                if (line != null) {
                    write(line);
                }
                tellLeftOut();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(byte[] line) {
        try {
            if (line.length > 0) {
                put(line);
                tellLost();
            }
        } catch (IOException | RuntimeException e) { // a line that cannot be made must not end all others
            lost.incrementAndGet();
            wasCut = true; // some of it may be there
        } finally {
            bytesWaiting.addAndGet(-line.length);
            unwritten.decrementAndGet();
        }
    }

    private void put(byte[] line) throws IOException {
        if (wasCut) {
            out.write('\n');
            wasCut = false;
        }
        out.write(line);
    }

    private void tellLeftOut() {
        for (Throttle.Omission left : throttle.over()) {
            say(Event.LINES_LEFT_OUT, left.count() + " more lines were left out: " + left.name());
        }
    }

    private void tellLost() throws IOException {
        long now = lost.get();
        if (now > lostTold) {
            long more = now - lostTold;
            put(line(Event.LINES_LOST, more + " lines of the log could not be written and are lost"));
            lostTold = now;
        }
    }

    private void say(Event event, String message) {
        try {
            put(line(event, message));
        } catch (IOException | RuntimeException e) {
            lost.incrementAndGet();
            wasCut = true;
        }
    }

    private byte[] line(Event event, String message) {
        return lines.of(clock.instant(), event, message, format, writer).getBytes(StandardCharsets.UTF_8);
    }

    /** Waits until what was logged before is written, for two seconds at most. */
    public void flush() {
        long end = System.nanoTime() + FLUSH_NANOS;
        while (unwritten.get() > 0
                && System.nanoTime() - end < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(100_000);
        }
    }
}
