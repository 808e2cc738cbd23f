package dev.tollgate.base.host;

/** The end of threads that read and write files. */
public final class FileThreads {

    private FileThreads() {}

    /**
     * Interrupts a thread without waiting for it. An interrupt closes the file that a thread is reading or writing, and waits for that: if the file system hangs,
     * for ever.
     */
    public static void interrupt(Thread thread) {
        Thread.ofVirtual().name("interrupt").start(thread::interrupt);
    }
}
