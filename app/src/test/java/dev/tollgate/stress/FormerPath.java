package dev.tollgate.stress;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Gives random bodies to a former program and to this one, and compares what they become on their way to an upstream; or random answers, and
 * compares what callers get of them.
 *
 * <p>{@code FormerPath CLASSPATH [DOOR|answers:DOOR] [bodies] [seed] [folder]} ends with 1 if there is a difference. The class path is the former
 * program's jar and its folder of test classes, which must have {@link CallPath}. The folder gets a file for each new kind of difference: the body,
 * shrunk by cutting. The first body's number is the seed, so {@code 1 NUMBER} repeats a body.
 *
 * <p>More memory charged than a tenth and 4 KiB above the former program's is reported, and is no difference.
 */
public final class FormerPath {

    private static final int KINDS_MAX = 20;
    private static final int CUTS_MAX = 3_000;
    private static final int SHOWN_CHARS = 300;
    private static final int PROGRESS = 50_000;
    private static final int MORE_BYTES = 4_096;
    private static final double MORE = 1.1;

    private final String door;
    private final Path folder;
    private final BiFunction<String, byte[], Object[]> former;
    private final BiFunction<String, byte[], Object[]> present = new CallPath();
    private final Set<String> kinds = new HashSet<>();

    private int differences;
    private int refused;
    private int dearer;
    private double dearest = 1;
    private long formerBytes;
    private long presentBytes;

    private FormerPath(String classPath, String door, Path folder) {
        this.former = former(classPath);
        this.door = door;
        this.folder = folder;
    }

    /** The former classes see nothing of the present ones. */
    @SuppressWarnings("unchecked")
    private static BiFunction<String, byte[], Object[]> former(String classPath) {
        List<URL> urls = new ArrayList<>();
        try {
            for (String path : classPath.split(File.pathSeparator)) {
                urls.add(Path.of(path).toUri().toURL());
            }
            ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            return (BiFunction<String, byte[], Object[]>)
                    loader.loadClass(CallPath.class.getName()).getConstructor().newInstance();
        } catch (MalformedURLException | ReflectiveOperationException e) {
            throw new IllegalArgumentException("no former program in " + classPath, e);
        }
    }

    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            throw new IllegalArgumentException("FormerPath CLASSPATH [door] [bodies] [seed] [folder]");
        }
        String door = args.length > 1 ? args[1] : "chat";
        long bodies = args.length > 2 ? Long.parseLong(args[2]) : 100_000;
        long seed = args.length > 3 ? Long.parseLong(args[3]) : new Random().nextLong();
        Path folder = Path.of(args.length > 4 ? args[4] : "target/former");
        System.out.println(bodies + " bodies of " + door + ", seed " + seed);
        System.exit(new FormerPath(args[0], door, folder).run(bodies, seed) ? 0 : 1);
    }

    /** @return whether all are the same */
    private boolean run(long bodies, long seed) throws IOException {
        RandomBodies random = new RandomBodies(door);
        long done = 0;
        while (done < bodies && kinds.size() < KINDS_MAX) {
            compare(seed + done, random.body(seed + done, true));
            done++;
            if (done % PROGRESS == 0) {
                System.out.println(summary(done));
            }
        }
        System.out.println("end: " + summary(done) + ", seed " + seed);
        return differences == 0;
    }

    private String summary(long done) {
        return "%,d bodies of %s, %,d refused by the reader, %,d differences; memory %.3f of the former, %,d dearer, at most %.2f"
                .formatted(
                        done,
                        door,
                        refused,
                        differences,
                        (double) presentBytes / Math.max(1, formerBytes),
                        dearer,
                        dearest);
    }

    private void compare(long number, byte[] body) throws IOException {
        Object[] before = former.apply(door, body);
        Object[] after = present.apply(door, body);
        refused += after[0].toString().startsWith("read refused") ? 1 : 0;
        memory(number, (long) before[1], (long) after[1]);
        if (!before[0].equals(after[0])) {
            differences++;
            if (kinds.add(kind(before[0].toString(), after[0].toString()))) {
                report(number, shrunk(body));
            }
        }
    }

    private void memory(long number, long before, long after) {
        formerBytes += before;
        presentBytes += after;
        if (after > before * MORE + MORE_BYTES) {
            dearer++;
            double ratio = (double) after / Math.max(1, before);
            if (ratio > dearest) {
                dearest = ratio;
                System.out.println("memory: body " + number + " was charged " + before + ", and is now " + after);
            }
        }
    }

    private void report(long number, byte[] body) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(door + "-" + number + ".json");
        Files.write(file, body);
        String before = former.apply(door, body)[0].toString();
        String after = present.apply(door, body)[0].toString();
        int at = Math.max(0, Arrays.mismatch(before.toCharArray(), after.toCharArray()));
        System.out.println("DIFFERENCE in body " + number + ", shrunk to " + body.length + " bytes in " + file + ": "
                + shown(new String(body, StandardCharsets.ISO_8859_1), 0)
                + "\n  before: " + shown(before, at)
                + "\n  after:  " + shown(after, at));
    }

    private static String shown(String text, int at) {
        int from = Math.max(0, at - SHOWN_CHARS / 2);
        return text.substring(from, Math.min(text.length(), from + SHOWN_CHARS)).replace("\n", " | ");
    }

    /** The names of the first lines that differ. */
    private static String kind(String before, String after) {
        List<String> one = before.lines().toList();
        List<String> other = after.lines().toList();
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            if (!one.get(i).equals(other.get(i))) {
                return kind(one.get(i)) + " / " + kind(other.get(i));
            }
        }
        return one.size() + " lines / " + other.size();
    }

    private static String kind(String line) {
        String words = line.startsWith("read refused") ? line : line.split("[ =]", 2)[0];
        return words.replaceAll("[0-9]+|\"[^\"]*\"", "#");
    }

    /** The body without whatever can be cut out of it while the programs differ, in ever smaller pieces. */
    private byte[] shrunk(byte[] body) {
        byte[] least = body;
        int cuts = 0;
        for (int piece = Math.max(1, body.length / 2); piece > 0; piece /= 2) {
            for (int at = 0; at < least.length && cuts < CUTS_MAX; cuts++) {
                byte[] cut = RandomBodies.replaced(least, at, piece, new byte[0]);
                if (former.apply(door, cut)[0].equals(present.apply(door, cut)[0])) {
                    at += piece;
                } else {
                    least = cut;
                }
            }
        }
        return least;
    }
}
