package dev.tollgate.base.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks Linux for large pages where the JVM lays compiled code, and nowhere else. {@code -XX:+UseTransparentHugePages} would ask for the heap
 * too, whose old generation then grows by pages that take the system milliseconds each to fill with zeros, in the middle of a collection
 * (decision 0019).
 */
public final class CodePages {

    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Pattern CODE =
            Pattern.compile("^(\\p{XDigit}{1,15})-(\\p{XDigit}{1,15}) rwxp ", Pattern.MULTILINE);

    /** The value from {@code asm-generic/mman-common.h}; see madvise(2). */
    private static final int MADV_HUGEPAGE = 14;

    private CodePages() {}

    /** Best called before much code is compiled: what lies there is moved by the system when it gets to it. Without Linux, or its consent, nothing happens. */
    public static void makeLarge() {
        Optional<MemorySegment> madvise = Linker.nativeLinker().defaultLookup().find("madvise");
        if (madvise.isEmpty()) {
            return;
        }
        String maps;
        try {
            maps = Files.readString(MAPS);
        } catch (IOException e) {
            return; // not Linux
        }
        MethodHandle call = Linker.nativeLinker()
                .downcallHandle(madvise.get(), FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
        Matcher code = CODE.matcher(maps);
        while (code.find()) {
            long from = Long.parseLong(code.group(1), 16);
            long to = Long.parseLong(code.group(2), 16);
            advise(call, from, to - from);
        }
    }

    private static void advise(MethodHandle madvise, long address, long length) {
        try {
            int _ = (int) madvise.invokeExact(
                    address, length, MADV_HUGEPAGE); // a system without large pages refuses, which is well
        } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called", e);
        }
    }
}
