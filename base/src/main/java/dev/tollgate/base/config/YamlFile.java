package dev.tollgate.base.config;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.OperatorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Reads a YAML file into nodes that know their lines. At most 1 MiB, 16 levels, one document, no aliases, no key twice. */
public final class YamlFile {

    private static final int BYTES_MAX = 1 << 20;
    private static final int DEPTH_MAX = 16;
    private static final Pattern PLACE = Pattern.compile("(?m)^ in [^,]+, line ([0-9]+), column");

    private final String name;
    private final YAMLParser parser;

    private YamlFile(String name, YAMLParser parser) {
        this.name = name;
        this.parser = parser;
    }

    public static YamlNode read(Path file) {
        try (InputStream in = OperatorFile.open(file)) {
            return read(file.toString(), in);
        } catch (OperatorFile.Unfit e) {
            throw new ConfigException(file + ": " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + FileTrouble.of(e) + ".");
        }
    }

    /** @param name what complaints call the file */
    public static YamlNode read(String name, InputStream in) throws IOException {
        String text = text(name, in);
        try (YAMLParser parser = (YAMLParser) new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            return new YamlFile(name, parser).document();
        } catch (JacksonException e) {
            throw new ConfigException(
                    name + line(e) + ": this is not YAML that can be read: " + sentences(e.getOriginalMessage()) + ".");
        }
    }

    private static String text(String name, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(BYTES_MAX + 1);
        if (bytes.length > BYTES_MAX) {
            throw new ConfigException(name + ": the file is longer than " + BYTES_MAX + " bytes.");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ConfigException(name + ": the file is not UTF-8.");
        }
    }

    private YamlNode document() {
        if (parser.nextToken() == null) {
            return YamlNode.mapping(name + ":1", "", new LinkedHashMap<>());
        }
        YamlNode node = node("", 0);
        if (parser.nextToken() != null) {
            throw new ConfigException(place() + ": only one document is allowed.");
        }
        return node;
    }

    private YamlNode node(String path, int depth) {
        String place = place();
        if (depth > DEPTH_MAX) {
            throw new ConfigException(place + ": nested deeper than " + DEPTH_MAX + " levels.");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> YamlNode.mapping(place, path, fields(path, depth));
            case START_ARRAY -> new YamlNode(place, path, items(path, depth));
            case VALUE_NULL -> new YamlNode(place, path, null);
            default -> new YamlNode(place, path, scalar(place, path));
        };
    }

    private Map<String, YamlNode> fields(String path, int depth) {
        Map<String, YamlNode> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String place = place();
            String below = path.isEmpty() ? key : path + "." + key;
            parser.nextToken();
            YamlNode value = node(below, depth + 1);
            if (fields.put(key, new YamlNode(place, below, value.raw())) != null) {
                throw new ConfigException(place + ": " + below + " is given a second time.");
            }
        }
        return fields;
    }

    private List<YamlNode> items(String path, int depth) {
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(path + "[" + items.size() + "]", depth + 1));
        }
        return items;
    }

    private @Nullable String scalar(String place, String path) {
        if (parser.isCurrentAlias()) {
            throw new ConfigException(place + ": " + path + " is an alias (*), which is not supported here.");
        }
        String text = parser.getString();
        return text.equals("~") ? null : text;
    }

    private String place() {
        return name + ":" + parser.currentTokenLocation().getLineNr();
    }

    /** Returns the place of the mistake: the exception's own place is the start of the element that was being read. */
    private static String line(JacksonException e) {
        String line = "";
        Matcher places = PLACE.matcher(String.valueOf(e.getOriginalMessage()));
        while (places.find()) {
            line = ":" + places.group(1);
        }
        TokenStreamLocation begun = e.getLocation();
        return line.isEmpty() && begun != null ? ":" + begun.getLineNr() : line;
    }

    /** Returns the parser's own sentences, without places and pieces of the file. */
    private static String sentences(@Nullable String message) {
        return message == null
                ? "syntax error"
                : message.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith(" "))
                        .map(line -> line.replace("\\t(TAB)", "a tab"))
                        .collect(Collectors.joining(", "));
    }
}
