package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.json.JsonOut;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.upstreams.media.MadeData;
import dev.tollgate.upstreams.media.MadeFiles;
import dev.tollgate.upstreams.media.WavFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The files of one answer, whose names stand for them in its trees. Confined to its call. */
final class NamedFiles {

    private final Map<String, MadeData.Filed> files = new HashMap<>(0);
    /** Sources that are shown instead of files, by their names. */
    private final Map<String, JsonSource> shown = new HashMap<>(0);

    void addAll(List<UpstreamEvent> events) {
        for (UpstreamEvent event : events) {
            if (event instanceof UpstreamEvent.Media made && made.data() instanceof MadeData.Filed file) {
                files.put(file.text(), file);
            } else if (event instanceof UpstreamEvent.Raw raw) {
                raw.files().forEach(file -> files.put(file.text(), file));
            }
        }
    }

    /** Returns the file that a name stands for; null if it is none. */
    MadeData.@Nullable Filed of(String name) {
        return files.get(name);
    }

    /** Shows a part of a speech as the next of a WAV file. */
    void show(JsonNode blob, WavFile.Stream wav) {
        String name = blob.path("data").asString("");
        MadeData.Filed file = files.get(name);
        JsonSource its = file == null ? null : wav.next(blob.path("mimeType").asString(""), file);
        if (its != null) {
            shown.put(name, its.base64());
            ((ObjectNode) blob).put("mimeType", wav.mimeType());
        }
    }

    /** Writes a tree, and replaces the names of files by the files. */
    void write(JsonNode tree, JsonOut out) {
        byte[] json = GoogleJson.bytes(tree);
        int from = 0;
        if (!files.isEmpty()) {
            String chars = new String(json, StandardCharsets.ISO_8859_1);
            for (int at = chars.indexOf(MadeFiles.MARK); at >= 0; at = chars.indexOf(MadeFiles.MARK, at + 1)) {
                int end = Math.min(at + MadeFiles.NAME_CHARS, json.length);
                MadeData.Filed file = files.get(chars.substring(at, end));
                if (file != null) {
                    out.out().raw(json, from, at - from);
                    out.add(shown.getOrDefault(file.text(), file));
                    from = end;
                }
            }
        }
        out.out().raw(json, from, json.length - from);
    }
}
