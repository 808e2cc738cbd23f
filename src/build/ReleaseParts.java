import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes our own modules out of a release's list of parts: what they need, the program needs. {@code java -cp LIBRARIES src/build/ReleaseParts.java FILE}, a
 * CycloneDX document in JSON, which is written anew.
 */
final class ReleaseParts {

    private static final String OURS = "pkg:maven/dev.tollgate/";

    private ReleaseParts() {}

    public static void main(String[] arguments) throws IOException {
        JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Path file = Path.of(arguments[0]);
        ObjectNode list = (ObjectNode) mapper.readTree(file);
        String program = list.at("/metadata/component/bom-ref").stringValue();
        remove((ArrayNode) list.get("components"), "bom-ref", "");
        Map<String, JsonNode> needs = new HashMap<>();
        list.get("dependencies").forEach(it -> needs.put(it.get("ref").stringValue(), it.path("dependsOn")));
        Set<String> direct = new TreeSet<>();
        ArrayDeque<String> ours = new ArrayDeque<>(Set.of(program));
        Set<String> seen = new TreeSet<>(ours);
        while (!ours.isEmpty()) {
            for (JsonNode need : needs.get(ours.remove())) {
                String ref = need.stringValue();
                if (!ref.startsWith(OURS)) {
                    direct.add(ref);
                } else if (seen.add(ref)) {
                    ours.add(ref);
                }
            }
        }
        ArrayNode dependencies = (ArrayNode) list.get("dependencies");
        remove(dependencies, "ref", program);
        for (JsonNode each : dependencies) {
            if (each.get("ref").stringValue().equals(program)) {
                ArrayNode on = ((ObjectNode) each).putArray("dependsOn");
                direct.forEach(on::add);
            }
        }
        mapper.writeValue(file, list);
    }

    private static void remove(ArrayNode from, String name, String except) {
        for (int i = from.size() - 1; i >= 0; i--) {
            String ref = from.get(i).get(name).stringValue();
            if (ref.startsWith(OURS) && !ref.equals(except)) {
                from.remove(i);
            }
        }
    }
}
