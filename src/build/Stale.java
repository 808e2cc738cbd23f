import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deletes the class files that a changed source makes stale, so that the compiler, which compiles what has no class file, compiles as little as is
 * right. Stale are the classes of a changed or deleted source, the subtypes of those, and every class that refers to one of them or whose source
 * mentions its name (the compiler copies constants, and leaves no reference behind), in whichever module they are. A change of a pom.xml makes
 * everything stale.
 *
 * <p>It deletes the copies of resources that have gone, too. A template is the source of its class: the Java source between them is written at each
 * build.
 *
 * <p>The build runs it before it compiles: {@code java src/build/Stale.java PROJECT BUILD}, the project's folder and the name of each module's folder
 * for what is built.
 */
public final class Stale {

    private static final Pattern REFERENCED = Pattern.compile("L((?:dev/tollgate|templates)/[\\w/$]+);");

    private static final String TEMPLATES = "templates/";

    private final Path project;
    private final Path target;
    private final List<Module> modules;

    /** A folder with sources, and that of its classes. */
    private record Module(Path folder, Path target) {

        Path resources(String kind) {
            return folder.resolve("src").resolve(kind).resolve("resources");
        }

        Path java(String kind) {
            return folder.resolve("src").resolve(kind).resolve("java");
        }

        Path templates() {
            return folder.resolve("src/main/jte");
        }

        Path classes() {
            return target.resolve("classes");
        }

        Path testClasses() {
            return target.resolve("test-classes");
        }
    }

    private Stale(Path project, String build) throws IOException {
        this.project = project;
        this.target = project.resolve(build);
        try (Stream<Path> folders = Files.list(project)) {
            this.modules = folders.filter(it -> Files.exists(it.resolve("pom.xml")) && Files.exists(it.resolve("src")))
                    .map(it -> new Module(it, it.resolve(build)))
                    .toList();
        }
    }

    public static void main(String[] arguments) throws IOException {
        new Stale(Path.of(arguments[0]), arguments[1]).run();
    }

    private void run() throws IOException {
        Map<Path, Path> classes = new HashMap<>(); // class file by its path below its root
        Map<String, Path> sources = new HashMap<>(); // by the outermost class's internal name
        for (Module module : modules) {
            dropCopies(module.classes(), module.resources("main"));
            dropCopies(module.testClasses(), module.resources("test"));
            for (Path root : List.of(module.classes(), module.testClasses())) {
                for (Path file : files(root, ".class")) {
                    classes.put(root.relativize(file), file);
                }
            }
            for (Path root : List.of(module.java("main"), module.java("test"))) {
                for (Path file : files(root, ".java")) {
                    sources.put(withoutEnding(root.relativize(file)), file);
                }
            }
            for (Path file : files(module.templates(), ".jte")) {
                sources.put(classOf(module.templates().relativize(file)), file);
            }
        }
        if (classes.isEmpty() || buildHasChanged()) {
            delete(classes.values().stream().toList());
            return;
        }
        Map<String, List<Path>> made = classes.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> outermost(withoutEnding(entry.getKey())),
                        Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        Set<String> changed = new HashSet<>();
        for (Map.Entry<String, Path> source : sources.entrySet()) {
            if (isNewer(source.getValue(), made.get(source.getKey()))) {
                changed.add(source.getKey());
            }
        }
        made.keySet().stream().filter(name -> !sources.containsKey(name)).forEach(changed::add);
        changed.removeIf(name -> name.endsWith("package-info") && !made.containsKey(name)); // one without annotations has no class
        if (!changed.isEmpty()) {
            stale(changed, sources, made).forEach(name -> delete(made.getOrDefault(name, List.of())));
        }
        dropTemplates(sources);
    }

    /** Returns the name of the class that a template becomes. */
    private static String classOf(Path template) {
        String path = withoutEnding(template);
        int slash = path.lastIndexOf('/') + 1;
        return TEMPLATES + path.substring(0, slash) + "Jte" + path.substring(slash).replaceAll("[^A-Za-z0-9]", "") + "Generated";
    }

    /** Deletes the Java sources of templates that have gone. */
    private void dropTemplates(Map<String, Path> sources) throws IOException {
        for (Module module : modules) {
            Path root = module.target().resolve("generated-sources/jte");
            for (Path file : files(root, ".java")) {
                if (!sources.containsKey(withoutEnding(root.relativize(file)))) {
                    Files.delete(file);
                }
            }
        }
    }

    private static Set<String> stale(Set<String> changed, Map<String, Path> sources, Map<String, List<Path>> made) {
        Map<String, Uses> uses = made.entrySet().parallelStream()
                .collect(Collectors.toConcurrentMap(Map.Entry::getKey, entry -> Uses.of(entry.getValue())));
        Set<String> roots = new HashSet<>(changed);
        boolean more = true;
        while (more) {
            more = roots.addAll(uses.entrySet().stream()
                    .filter(entry -> entry.getValue().supertypes.stream().anyMatch(roots::contains))
                    .map(Map.Entry::getKey)
                    .toList());
        }
        Pattern names = Pattern.compile("\\b(?:"
                + roots.stream().map(name -> name.substring(name.lastIndexOf('/') + 1)).collect(Collectors.joining("|"))
                + ")\\b");
        Set<String> stale = new HashSet<>(roots);
        stale.addAll(sources.entrySet().parallelStream()
                .filter(source -> uses.containsKey(source.getKey())
                        && (uses.get(source.getKey()).all.stream().anyMatch(roots::contains)
                                || names.matcher(text(source.getValue())).find()))
                .map(Map.Entry::getKey)
                .toList());
        return stale;
    }

    /** What the classes of one source refer to, by their outermost classes' names. */
    private record Uses(Set<String> all, Set<String> supertypes) {

        static Uses of(List<Path> classFiles) {
            Uses uses = new Uses(new HashSet<>(), new HashSet<>());
            for (Path file : classFiles) {
                ClassModel model = parse(file);
                model.superclass().ifPresent(type -> uses.supertypes.add(outermost(type.asInternalName())));
                model.interfaces().forEach(type -> uses.supertypes.add(outermost(type.asInternalName())));
                for (PoolEntry entry : model.constantPool()) {
                    switch (entry) {
                        case ClassEntry type -> uses.all.add(outermost(type.asInternalName()));
                        case Utf8Entry text -> REFERENCED.matcher(text.stringValue()).results().forEach(
                                found -> uses.all.add(outermost(found.group(1))));
                        default -> {}
                    }
                }
            }
            return uses;
        }
    }

    private static ClassModel parse(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes copies of resources that have been deleted or renamed: a migration that stays would run. */
    private void dropCopies(Path root, Path resources) throws IOException {
        for (Path file : files(root, "")) {
            Path name = root.relativize(file);
            boolean isMade = file.toString().endsWith(".class") || name.startsWith("templates") || Files.isDirectory(file);
            if (!isMade && !Files.exists(resources.resolve(name)) && !Files.exists(project.resolve(name))) { // docs lie in the project
                Files.delete(file);
            }
        }
    }

    /** Whether a pom.xml is newer than the last build that began. */
    private boolean buildHasChanged() throws IOException {
        Files.createDirectories(target);
        Path mark = target.resolve("stale.pom");
        String now = Files.getLastModifiedTime(project.resolve("pom.xml")) + " " + Runtime.version();
        for (Module module : modules) {
            now += " " + Files.getLastModifiedTime(module.folder().resolve("pom.xml"));
        }
        boolean changed = !Files.exists(mark) || !Files.readString(mark).equals(now);
        Files.writeString(mark, now);
        return changed;
    }

    private static boolean isNewer(Path source, List<Path> madeOfIt) throws IOException {
        if (madeOfIt == null) {
            return false; // it is compiled in any case, and what refers to it is new or has lost its class with it
        }
        FileTime time = Files.getLastModifiedTime(source);
        for (Path file : madeOfIt) {
            if (time.compareTo(Files.getLastModifiedTime(file)) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> files(Path root, String ending) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(root)) {
            return found.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(List<Path> files) {
        try {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutEnding(Path file) {
        String path = file.toString().replace('\\', '/');
        return path.substring(0, path.lastIndexOf('.'));
    }

    private static String outermost(String internalName) {
        int dollar = internalName.indexOf('$');
        return dollar < 0 ? internalName : internalName.substring(0, dollar);
    }
}
