package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.Count;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pair of files under {@code gateway/src/test/resources/golden}, named by what it shows: {@code NAME.in.*} goes in, {@code NAME.out.*} is what has
 * to come out, to the letter. With {@code -Dtollgate.golden=write} what came out is written instead, to be read before it is committed.
 */
public record Golden(Path in, Path out) {

    private static final Path FOLDER = Path.of("gateway/src/test/resources/golden");
    public static final boolean WRITES = "write".equals(System.getProperty("tollgate.golden"));
    private static final String IN = ".in.";

    /** The names of {@link Count#REPORTED} in such files. */
    private static final List<String> REPORTED = List.of(
            "promptTokens",
            "toolUsePromptTokens",
            "candidatesTokens",
            "thoughtsTokens",
            "cachedTokens",
            "cachedAudioTokens");

    /**
     * Returns all pairs of a folder.
     *
     * @param in the ending of the names of inputs, as in {@code sse}
     * @param out the ending of the names of outputs
     */
    public static List<Golden> pairs(String folder, String in, String out) {
        try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(IN + in))
                    .sorted()
                    .map(file -> new Golden(file, file.resolveSibling(name(file) + ".out." + out)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path in) {
        String file = in.getFileName().toString();
        return file.substring(0, file.indexOf(IN));
    }

    public byte[] read() {
        try {
            return Files.readAllBytes(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param made a text, whose line end at the end is the file's */
    public void check(String made) {
        try {
            if (WRITES) {
                Files.writeString(out, made + "\n");
            }
            assertThat(made + "\n").as(out.toString()).isEqualTo(Files.readString(out, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks the first lines of the file. */
    public void checkBeginning(String made, int lines) {
        if (WRITES) {
            check(made);
        }
        assertThat(made.lines())
                .as(out.toString())
                .containsExactlyElementsOf(new String(read(), StandardCharsets.UTF_8)
                        .lines()
                        .limit(lines)
                        .toList());
    }

    /** Events and an end as they are written in such files: one on a line, the end last. */
    public static String lines(List<UpstreamEvent> events, @Nullable UpstreamFailure failure) {
        return events.stream().map(event -> line(event) + "\n").collect(Collectors.joining())
                + (failure == null ? "ended" : line(failure));
    }

    private static String line(Object said) {
        return (said instanceof UpstreamEvent.Usage usage ? usage(usage) : said.toString())
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace(Long.toString(UpstreamEvent.Usage.ABSENT), "absent")
                .replace(", overflow=null", "")
                .replace(", cachedAudioTokens=absent", "")
                .replace(", stopSequence=null", "")
                .replace(UpstreamEvent.Modalities.NONE.toString(), "none");
    }

    private static String usage(UpstreamEvent.Usage usage) {
        String counts = Count.REPORTED.stream()
                .map(it -> REPORTED.get(it.ordinal()) + "=" + usage.of(it) + ", ")
                .collect(Collectors.joining());
        return "Usage[" + counts + "totalTokens=" + usage.totalTokens() + ", promptDetails=" + usage.promptDetails()
                + ", candidatesDetails=" + usage.candidatesDetails() + "]";
    }

    @Override
    public String toString() {
        return name(in);
    }
}
