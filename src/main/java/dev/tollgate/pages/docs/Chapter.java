package dev.tollgate.pages.docs;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableHead;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Document;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.html.HtmlWriter;
import org.jspecify.annotations.Nullable;

/** A Markdown file, or a section of one, on its way to a page. Used by one thread. */
final class Chapter {

    private static final List<TablesExtension> EXTENSIONS = List.of((TablesExtension) TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final int SECTION = 2;
    private static final Pattern COMMENT = Pattern.compile("(?s)<!--\\s*(?:filter: (.*?)|(?!filter: ).*?)\\s*-->");
    private static final Pattern TABLE = Pattern.compile("</?table>");

    private final String file;
    private final String slug;
    private final Node document;
    private final Map<Node, String> anchors;

    private Chapter(String file, String slug, Node document, Map<Node, String> anchors) {
        this.file = file;
        this.slug = slug;
        this.document = document;
        this.anchors = anchors;
    }

    /** @param cut whether what stands before the first section and each section is a chapter of its own, else all is one */
    static List<Chapter> read(String file, String markdown, boolean cut) {
        Node whole = PARSER.parse(markdown);
        Map<Node, String> anchors = anchors(whole);
        String name = file.substring(0, file.lastIndexOf('.'));
        List<Chapter> chapters = new ArrayList<>(List.of(new Chapter(file, name, new Document(), anchors)));
        for (Node node = whole.getFirstChild(), next; node != null; node = next) {
            next = node.getNext();
            if (cut && node instanceof Heading heading && heading.getLevel() == SECTION) {
                chapters.add(new Chapter(file, slug(NodeWords.of(heading)), new Document(), anchors));
            }
            chapters.getLast().document.appendChild(node);
        }
        chapters.stream().skip(1).forEach(Chapter::raise);
        return chapters;
    }

    /** Returns the anchors as the files' host makes them: a second heading of the same words gets a number. */
    private static Map<Node, String> anchors(Node whole) {
        Map<Node, String> anchors = new IdentityHashMap<>();
        Set<String> taken = new HashSet<>();
        for (Heading heading : headingsOf(whole)) {
            String slug = slug(NodeWords.of(heading));
            String anchor = slug;
            for (int i = 1; !taken.add(anchor); i++) {
                anchor = slug + "-" + i;
            }
            anchors.put(heading, anchor);
        }
        return anchors;
    }

    private static String slug(String words) {
        return words.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    /** A section on its own begins with its title. */
    private void raise() {
        headingsOf(document).forEach(heading -> heading.setLevel(heading.getLevel() - 1));
    }

    private static List<Heading> headingsOf(Node node) {
        List<Heading> headings = new ArrayList<>();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                headings.add(heading);
            }
        });
        return headings;
    }

    String file() {
        return file;
    }

    /** Returns the chapter's name in a path. */
    String slug() {
        return slug;
    }

    String title() {
        return NodeWords.of(headingsOf(document).getFirst());
    }

    /** Returns the headings below the title. */
    List<Manual.Heading> headings() {
        return headingsOf(document).stream()
                .skip(1)
                .filter(heading -> heading.getLevel() == SECTION)
                .map(heading -> new Manual.Heading(anchor(heading), NodeWords.of(heading)))
                .toList();
    }

    private String anchor(Node heading) {
        return anchors.getOrDefault(heading, "");
    }

    /** Returns where links of files to this chapter and its headings lead. @param path of its page */
    Map<String, String> targets(String path) {
        Map<String, String> targets = new HashMap<>();
        List<Heading> all = headingsOf(document);
        all.forEach(heading -> targets.put(file + "#" + anchor(heading), path + "#" + anchor(heading)));
        targets.put(file + "#" + anchor(all.getFirst()), path);
        if (file.startsWith(slug + ".")) {
            targets.put(file, path);
        }
        return targets;
    }

    // ---- HTML ----

    /** Escaped, its links leading to pages. @param targets of all chapters */
    String html(Map<String, String> targets) {
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                lead(link, targets);
            }
        });
        List<Node> unneeded = new ArrayList<>();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(CustomNode node) {
                if (node instanceof TableHead && NodeWords.of(node).isBlank()) {
                    unneeded.add(node); // a table of two columns that explain themselves
                }
                visitChildren(node);
            }
        });
        unneeded.forEach(Node::unlink);
        comments();
        entries();
        HtmlRenderer renderer = HtmlRenderer.builder()
                .extensions(EXTENSIONS)
                .escapeHtml(true)
                .sanitizeUrls(true)
                .attributeProviderFactory(context -> attributes())
                .nodeRendererFactory(Listing::new)
                .nodeRendererFactory(NamedBlock.Rendering::new)
                .build();
        AtomicInteger tables = new AtomicInteger();
        return TABLE.matcher(renderer.render(document))
                .replaceAll(tag -> tag.group().equals("</table>")
                        ? "</table></div>"
                        : "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table "
                                + tables.incrementAndGet() + "\"><table>");
    }

    /** Comments are for those who write the file: they go, or become the filter that they ask for. */
    private void comments() {
        List<Node> comments = new ArrayList<>();
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(HtmlBlock block) {
                Matcher comment = COMMENT.matcher(block.getLiteral().strip());
                if (comment.matches()) {
                    comments.add(block);
                    if (comment.group(1) != null) {
                        block.insertBefore(new NamedBlock.Filter(comment.group(1)));
                    }
                }
            }

            @Override
            public void visit(HtmlInline inline) {
                if (COMMENT.matcher(inline.getLiteral().strip()).matches()) {
                    comments.add(inline);
                }
            }
        });
        comments.forEach(Node::unlink);
    }

    /** A heading that is nothing but a name in code and all until the next heading become an entry; the name is a link to it. */
    private void entries() {
        for (Heading heading : headingsOf(document)) {
            if (heading.getFirstChild() instanceof Code name
                    && name.getNext() == null
                    && heading.getLevel() > SECTION) {
                NamedBlock entry = new NamedBlock();
                heading.insertBefore(entry);
                Node next = heading.getNext();
                entry.appendChild(heading);
                while (next != null && !(next instanceof Heading)) {
                    Node after = next.getNext();
                    entry.appendChild(next);
                    next = after;
                }
                Link link = new Link("#" + anchor(heading), null);
                heading.appendChild(link);
                link.appendChild(name);
            }
        }
    }

    private void lead(Link link, Map<String, String> targets) {
        String destination = link.getDestination();
        if (URI.create(destination).isAbsolute()) {
            return;
        }
        String target = target(destination.startsWith("#") ? file + destination : destination, targets);
        if (target != null) {
            link.setDestination(target);
            return;
        }
        for (Node child = link.getFirstChild(), next; child != null; child = next) {
            next = child.getNext();
            link.insertBefore(child);
        }
        link.unlink();
    }

    /** @return null if no page has it */
    private static @Nullable String target(String destination, Map<String, String> targets) {
        String known = targets.get(destination);
        int hash = destination.indexOf('#');
        if (known != null || hash < 0) {
            return known;
        }
        String page = targets.get(destination.substring(0, hash));
        return page == null ? null : page + destination.substring(hash);
    }

    private AttributeProvider attributes() {
        return (node, tag, attributes) -> {
            if (node instanceof Heading) {
                attributes.put("id", anchor(node));
            } else if (node instanceof TableCell cell && cell.isHeader()) {
                if (NodeWords.of(cell).isBlank()) {
                    attributes.put("role", "presentation");
                } else {
                    attributes.put("scope", "col");
                }
            } else if (node instanceof TableCell cell) {
                String head = NodeWords.head(cell);
                if (!head.isBlank()) {
                    attributes.put("data-head", head);
                }
            }
        };
    }

    /** Code with a button that copies it. Of one rendering. */
    private static final class Listing implements NodeRenderer {

        private final HtmlWriter html;
        private int number;

        Listing(HtmlNodeRendererContext context) {
            this.html = context.getWriter();
        }

        @Override
        public Set<Class<? extends Node>> getNodeTypes() {
            return Set.of(FencedCodeBlock.class, IndentedCodeBlock.class);
        }

        @Override
        public void render(Node node) {
            String code = node instanceof FencedCodeBlock fenced
                    ? fenced.getLiteral()
                    : ((IndentedCodeBlock) node).getLiteral();
            String id = "code-" + ++number;
            html.tag("div", Map.of("class", "snippet"));
            html.raw("<button type=\"button\" data-copy=\"" + id + "\" hidden>Copy</button>");
            html.raw("<pre tabindex=\"0\" id=\"" + id + "\">");
            html.text(code.stripTrailing());
            html.tag("/pre");
            html.tag("/div");
        }
    }
}
