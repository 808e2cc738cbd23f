package dev.tollgate.words;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import dev.tollgate.testing.Modules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The sentences of all sources: Java, templates with the Java that is made of them, and scripts.
 *
 * @param sources in the order of their districts, then of their names
 * @param faults what the functions were given wrongly
 */
public record AllSentences(List<Source> sources, List<String> faults) {

    static final Path TEMPLATES = Path.of("portal/src/main/jte");
    static final Path GENERATED = Path.of("portal/target/generated-sources/jte/templates");
    static final Path SCRIPTS = Path.of("portal/src/main/resources/assets");

    /** What is read in the order of its place: its sentences, and the texts outside the functions. */
    public record Source(String district, String place, List<String> sentences, List<String> loose) {}

    private static final class Lazily {
        private static final AllSentences FOUND = find();
    }

    public static AllSentences found() {
        return Lazily.FOUND;
    }

    private static AllSentences find() {
        Districts districts = Districts.read();
        Map<Path, Source> found = new HashMap<>();
        List<String> faults = new ArrayList<>();
        addJava(districts, found, faults);
        for (Path template : Modules.files(TEMPLATES, ".jte")) {
            List<String> texts = TemplateText.of(read(template)).stream()
                    .map(TemplateText.Text::text)
                    .toList();
            found.merge(template, source(districts, template, List.of(), texts), AllSentences::both);
        }
        for (Path script : scripts()) {
            ScriptText text = ScriptText.of(place(script), read(script));
            faults.addAll(text.faults);
            found.put(
                    script,
                    source(
                            districts,
                            script,
                            text.uses.stream().map(Sentences.Use::english).toList(),
                            text.loose.stream().map(Sentences.Loose::text).toList()));
        }
        List<Source> sources = found.entrySet().stream()
                .sorted(Comparator.<Map.Entry<Path, Source>>comparingInt(it -> districts.place(it.getKey()))
                        .thenComparing(it -> it.getKey().toString()))
                .map(Map.Entry::getValue)
                .toList();
        return new AllSentences(sources, faults);
    }

    /** Returns the files of our own scripts; one that comes from others has its licence beside it. */
    static List<Path> scripts() {
        Set<String> foreign =
                Set.of("marked", "purify", "uplot", "highlight", "highlight-shared", "temml", "temml-shared");
        return Stream.of(".js", ".mjs")
                .flatMap(end -> Modules.files(SCRIPTS, end).stream())
                .filter(it -> !foreign.contains(it.getFileName().toString().replaceFirst("\\..*", "")))
                .sorted()
                .toList();
    }

    private static void addJava(Districts districts, Map<Path, Source> found, List<String> faults) {
        List<Path> files = new ArrayList<>();
        for (Path file : Modules.sources()) {
            if (!districts.of(file).equals(Districts.NONE)
                    || read(file).contains("import static dev.tollgate.base.words.")) {
                files.add(file);
            }
        }
        Set<String> templates = Modules.files(TEMPLATES, ".jte").stream()
                .map(it -> it.getFileName().toString().replaceAll("\\.jte|-", ""))
                .collect(Collectors.toSet());
        Modules.files(GENERATED, ".java").stream()
                .filter(it -> templates.contains(it.getFileName().toString().replaceAll("^Jte|Generated\\.java$", "")))
                .forEach(files::add);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, _ -> {}, List.of(), null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                Path file = origin(unit);
                Sentences sentences = Sentences.of(unit, positions);
                faults.addAll(sentences.faults);
                found.merge(
                        file,
                        source(
                                districts,
                                file,
                                sentences.uses.stream()
                                        .map(Sentences.Use::english)
                                        .toList(),
                                sentences.loose.stream()
                                        .map(Sentences.Loose::text)
                                        .toList()),
                        AllSentences::both);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the source's file in the checkout; for what was made of a template, the template. */
    private static Path origin(CompilationUnitTree unit) throws IOException {
        Path file = Path.of("")
                .toAbsolutePath()
                .relativize(Path.of(unit.getSourceFile().toUri()));
        if (!file.startsWith(GENERATED)) {
            return file;
        }
        String text = unit.getSourceFile().getCharContent(true).toString();
        String sign = "JTE_NAME = \"";
        int from = text.indexOf(sign) + sign.length();
        return TEMPLATES.resolve(text.substring(from, text.indexOf('"', from)));
    }

    private static Source source(Districts districts, Path file, List<String> sentences, List<String> loose) {
        String district = districts.of(file);
        return new Source(district, place(file), sentences, district.equals(Districts.NONE) ? List.of() : loose);
    }

    private static Source both(Source one, Source other) {
        return new Source(
                one.district,
                one.place,
                Stream.concat(one.sentences.stream(), other.sentences.stream()).toList(),
                Stream.concat(one.loose.stream(), other.loose.stream()).toList());
    }

    /** Returns the name of a source in the files of languages: a template's path, a script's path, or the name of a class. */
    private static String place(Path file) {
        String name = file.getFileName().toString();
        if (file.startsWith(TEMPLATES)) {
            return TEMPLATES.relativize(file).toString().replaceFirst("\\.jte$", "");
        }
        return file.startsWith(SCRIPTS) ? SCRIPTS.relativize(file).toString() : name.replaceFirst("\\.java$", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the sentences of each place in which one stands first, in their order. */
    public Map<String, List<String>> byPlace() {
        Map<String, List<String>> places = new LinkedHashMap<>();
        Map<String, String> first = new HashMap<>();
        for (Source source : sources) {
            for (String sentence : source.sentences) {
                if (first.putIfAbsent(sentence, source.place) == null) {
                    places.computeIfAbsent(source.place, _ -> new ArrayList<>()).add(sentence);
                }
            }
        }
        return places;
    }

    /** Returns how many texts stand outside the functions in each district, but for those with a reason. */
    public Map<String, Integer> outside(Predicate<Outside> hasReason) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Source source : sources) {
            long count = source.loose.stream()
                    .filter(text -> !hasReason.test(new Outside(source.place, text)))
                    .count();
            if (!source.district.equals(Districts.NONE)) {
                counts.merge(source.district, (int) count, Integer::sum);
            }
        }
        return counts;
    }

    /** A text outside the functions. */
    public record Outside(String place, String text) {}
}
