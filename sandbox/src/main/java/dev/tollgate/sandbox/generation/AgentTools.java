package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.samples.SchemaSample;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The functions of a coding agent that list a folder, read a file and change one, recognised by their names and arguments; a shell does what has no
 * function of its own.
 */
final class AgentTools {

    private static final List<String> LISTING =
            List.of("ls", "list", "listdirectory", "listdir", "listfiles", "glob", "findfiles");
    private static final List<String> READING = List.of("read", "readfile", "readfiles", "view", "viewfile");
    private static final List<String> EDITING =
            List.of("edit", "replace", "multiedit", "editor", "editfile", "strreplace", "stringreplace", "applypatch");
    private static final List<String> SHELLS = List.of(
            "bash", "execcommand", "shell", "shellcommand", "runshellcommand", "runcommands", "runcommand", "terminal");

    /** The text by which a function refuses a path that is not absolute. */
    private static final Pattern ONLY_ABSOLUTE = Pattern.compile(
            "must (?:be|provide|use) (?:an )?absolute|not relative|relative paths are not|must start with '/'",
            Pattern.CASE_INSENSITIVE);

    private static final String PATCHES = "applypatch";
    private static final String OTHER = "Sandbox";

    private final @Nullable JsonNode list;
    private final @Nullable JsonNode read;
    private final @Nullable JsonNode edit;
    private final @Nullable JsonNode shell;

    private AgentTools(List<JsonNode> declarations) {
        JsonNode any = first(declarations, LISTING);
        JsonNode here = first(
                declarations.stream()
                        .filter(declaration -> !wantsAbsolute(declaration))
                        .toList(),
                LISTING);
        JsonNode shells = first(declarations, SHELLS);
        this.list = here == null && shells == null ? any : here;
        this.read = first(declarations, READING);
        this.edit = first(declarations, EDITING);
        this.shell = shells;
    }

    /** The folder is not known before it is listed. */
    private static boolean wantsAbsolute(JsonNode declaration) {
        JsonNode properties = schema(declaration).path("properties");
        return properties
                .propertyStream()
                .filter(property -> Role.PATH.isOf(property.getKey()))
                .anyMatch(property -> ONLY_ABSOLUTE
                        .matcher(JsonTrees.text(property.getValue(), "description"))
                        .find());
    }

    private static JsonNode schema(JsonNode declaration) {
        JsonNode schema = declaration.path("parametersJsonSchema");
        return schema.isMissingNode() ? declaration.path("parameters") : schema;
    }

    /** Empty where a step has neither a function nor a shell. */
    static Optional<AgentTools> among(List<JsonNode> declarations) {
        AgentTools tools = new AgentTools(declarations);
        boolean able = tools.shell != null || (tools.list != null && tools.read != null && tools.edit != null);
        return able ? Optional.of(tools) : Optional.empty();
    }

    private static @Nullable JsonNode first(List<JsonNode> declarations, List<String> names) {
        return declarations.stream()
                .filter(declaration -> names.contains(plain(JsonTrees.text(declaration, "name"))))
                .min(Comparator.comparingInt(declaration -> names.indexOf(plain(JsonTrees.text(declaration, "name")))))
                .orElse(null);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    }

    ObjectNode list() {
        if (list == null) {
            return run(read != null && wantsAbsolute(read) ? "pwd; ls" : "ls");
        }
        return call(list, Map.of(Role.PATH, ".", Role.PATTERN, "*"));
    }

    /**
     * @param file its name, for a shell
     * @param path as far as it is known, for a function
     * @param lines how many of them at most
     */
    ObjectNode read(String file, String path, int lines) {
        return read == null
                ? run("head -n " + lines + " " + file)
                : call(read, Map.of(Role.PATH, path, Role.LAST, Integer.toString(lines)));
    }

    /** Returns whether a function of this name gives the text of the file. */
    boolean reads(String name) {
        JsonNode reader = read == null ? shell : read;
        return reader != null && JsonTrees.text(reader, "name").equals(name);
    }

    /** Returns whether a line is added without knowing the last. */
    boolean appends() {
        return edit == null;
    }

    ObjectNode append(String file, String line) {
        return run("echo \"" + line + "\" >> " + file);
    }

    /**
     * @param file its name, for a patch
     * @param path as far as it is known, for any other function
     */
    ObjectNode replace(String file, String path, String old, String replacement) {
        JsonNode editor = Objects.requireNonNull(edit);
        if (plain(JsonTrees.text(editor, "name")).equals(PATCHES)) {
            String added = replacement.substring(old.length() + 1);
            return call(
                    editor,
                    Map.of(
                            Role.PATCH,
                            "*** Begin Patch\n*** Update File: " + file + "\n@@\n " + old + "\n+" + added
                                    + "\n*** End Patch"));
        }
        return call(editor, Map.of(Role.PATH, path, Role.OLD, old, Role.NEW, replacement));
    }

    private ObjectNode run(String command) {
        return call(Objects.requireNonNull(shell), Map.of(Role.COMMAND, command));
    }

    private static ObjectNode call(JsonNode declaration, Map<Role, String> texts) {
        ObjectNode part = JsonTrees.object();
        part.putObject("functionCall")
                .put("name", JsonTrees.text(declaration, "name"))
                .set("args", members(schema(declaration), texts));
        return part;
    }

    /** The purpose of an argument, by its name. */
    private enum Role {
        PATH("(?:absolute|target)?(?:file|dir|folder|directory)?paths?|filename|file|directory|folder|dir"),
        OLD("old(?:string|str|text)"),
        NEW("new(?:string|str|text)"),
        LAST("limit|endline"),
        COMMAND("commands?|cmd"),
        PATTERN("pattern"),
        PATCH("input|patch");

        private final String names;

        Role(String names) {
            this.names = names;
        }

        boolean isOf(String name) {
            return plain(name).matches(names);
        }

        static @Nullable String text(String name, Map<Role, String> texts) {
            return texts.entrySet().stream()
                    .filter(entry -> entry.getKey().isOf(name))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }
    }

    /** The required ones, and those that there is something for. */
    private static ObjectNode members(JsonNode schema, Map<Role, String> texts) {
        ObjectNode members = JsonTrees.object();
        for (String name : SchemaSample.order(schema)) {
            boolean required = SchemaSample.requires(schema, name);
            if (required || Role.text(name, texts) != null) {
                members.set(name, value(name, schema.path("properties").path(name), texts));
            }
        }
        return members;
    }

    private static JsonNode value(String name, JsonNode schema, Map<Role, String> texts) {
        JsonNode typed = SchemaSample.branch(schema).orElse(schema);
        return switch (SchemaSample.type(typed)) {
            case "object" -> members(typed, texts);
            case "array" -> items(name, typed.path("items"), texts);
            case "boolean" -> JsonNodeFactory.instance.booleanNode(false);
            case "integer", "number" -> JsonNodeFactory.instance.numberNode(number(Role.text(name, texts)));
            default ->
                typed.path("enum").isEmpty()
                        ? JsonNodeFactory.instance.stringNode(text(name, texts))
                        : typed.path("enum").get(0);
        };
    }

    private static int number(@Nullable String text) {
        return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : 1;
    }

    private static String text(String name, Map<Role, String> texts) {
        String text = Role.text(name, texts);
        return text == null ? OTHER : text;
    }

    /** Returns an item; a command in words is one for the shell. */
    private static JsonNode items(String name, JsonNode items, Map<Role, String> texts) {
        boolean words = plain(name).equals("command");
        return words
                ? JsonTrees.array().add("sh").add("-c").add(text(name, texts))
                : JsonTrees.array().add(value(name, items, texts));
    }
}
