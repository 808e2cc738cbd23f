package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Words.say;

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
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.AttributeProvider;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jspecify.annotations.Nullable;

/** A Markdown file, or a section of one, on its way to a page. Used by one thread. */
final class Chapter {

    private static final List<TablesExtension> EXTENSIONS = List.of((TablesExtension) TablesExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final int SECTION = 2;
    private static final String SETTINGS = "configuration.md";
    private static final Pattern COMMENT = Pattern.compile("(?s)<!--\\s*(?:filter: (.*?)|(?!filter: ).*?)\\s*-->");
    private static final Pattern TABLE = Pattern.compile("</?table>");
    private static final Pattern ANCHOR = Pattern.compile(" \\{#([\\w-]+)}");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final String FENCE = "```";

    private final String file;
    private final String slug;
    private final String markdown;
    private final Node document;
    private final Map<Node, String> anchors;

    /** The anchors that links in files have, which for a translation are others. */
    private final Map<Node, String> inFiles;

    private Chapter(
            String file,
            String slug,
            String markdown,
            Node document,
            Map<Node, String> anchors,
            Map<Node, String> inFiles) {
        this.file = file;
        this.slug = slug;
        this.markdown = markdown;
        this.document = document;
        this.anchors = anchors;
        this.inFiles = inFiles;
    }

    /** Reads a whole file in another language. Its headings, which are as many, get the anchors of the English ones. */
    static Chapter translated(String file, String markdown, String english) {
        Chapter original = read(file, english, false).getFirst();
        Chapter read = read(file, markdown, false).getFirst();
        List<Heading> headings = headingsOf(original.document);
        List<Heading> its = headingsOf(read.document);
        if (headings.size() != its.size()) {
            throw new IllegalStateException("a translation of " + file + " has other headings");
        }
        Map<Node, String> anchors = new IdentityHashMap<>();
        for (int i = 0; i < its.size(); i++) {
            anchors.put(its.get(i), original.anchor(headings.get(i)));
        }
        return new Chapter(file, read.slug, read.markdown, read.document, anchors, read.anchors);
    }

    /** @param cut whether what stands before the first section and each section is a chapter of its own, else all is one */
    static List<Chapter> read(String file, String markdown, boolean cut) {
        Node whole = PARSER.parse(markdown);
        Map<Node, String> anchors = anchors(whole);
        List<String> texts = cut ? sections(markdown) : List.of(markdown);
        String name = file.substring(0, file.lastIndexOf('.'));
        List<Chapter> chapters =
                new ArrayList<>(List.of(new Chapter(file, name, texts.getFirst(), new Document(), anchors, anchors)));
        for (Node node = whole.getFirstChild(), next; node != null; node = next) {
            next = node.getNext();
            if (cut && node instanceof Heading heading && heading.getLevel() == SECTION) {
                String text = texts.get(chapters.size()).replaceAll("(?m)^#(#+ )", "$1");
                chapters.add(new Chapter(file, slug(NodeWords.of(heading)), text, new Document(), anchors, anchors));
            }
            chapters.getLast().document.appendChild(node);
        }
        chapters.stream().skip(1).forEach(Chapter::raise);
        return chapters;
    }

    /** Returns what stands before the first section, and each section. */
    private static List<String> sections(String markdown) {
        List<String> sections = new ArrayList<>(List.of(""));
        boolean isCode = false;
        for (String line : markdown.split("\n", -1)) {
            isCode ^= line.startsWith(FENCE);
            if (!isCode && line.startsWith("## ")) {
                sections.add("");
            }
            sections.add(sections.removeLast() + line + "\n");
        }
        return sections;
    }

    /** Returns the anchors as the files' host makes them: a second heading of the same words gets a number. A heading may name its own. */
    private static Map<Node, String> anchors(Node whole) {
        Map<Node, String> anchors = new IdentityHashMap<>();
        Set<String> taken = new HashSet<>();
        for (Heading heading : headingsOf(whole)) {
            String slug = slug(NodeWords.of(heading));
            if (heading.getLastChild() instanceof Text text) {
                Matcher own = ANCHOR.matcher(text.getLiteral());
                if (own.find()) {
                    slug = own.group(1);
                    text.setLiteral(own.replaceFirst(""));
                }
            }
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

    /** Returns all headings for those who look for words. @param path of the page */
    List<Finder.Place> places(String path) {
        List<Finder.Place> places = new ArrayList<>();
        for (Heading heading : headingsOf(document)) {
            boolean isTitle = places.isEmpty();
            boolean isSetting =
                    file.equals(SETTINGS) && heading.getFirstChild() instanceof Code name && name.getNext() == null;
            String section = NodeWords.ofSection(heading.getNext());
            String about = heading.getNext() instanceof Paragraph first ? NodeWords.of(first) : "";
            places.add(new Finder.Place(
                    NodeWords.of(heading),
                    isTitle ? "" : title(),
                    isTitle ? Finder.Kind.PAGE : isSetting ? Finder.Kind.SETTING : Finder.Kind.SECTION,
                    isTitle ? path : path + "#" + anchor(heading),
                    about.isEmpty() ? section.strip() : about,
                    section));
        }
        return places;
    }

    private String anchor(Node heading) {
        return anchors.getOrDefault(heading, "");
    }

    /** Returns where links of files to this chapter and its headings lead. @param path of its page */
    Map<String, String> targets(String path) {
        Map<String, String> targets = new HashMap<>();
        List<Heading> all = headingsOf(document);
        all.forEach(heading -> targets.put(file + "#" + inFiles.get(heading), path + "#" + anchor(heading)));
        targets.put(file + "#" + inFiles.get(all.getFirst()), path);
        if (file.startsWith(slug + ".")) {
            targets.put(file, path);
        }
        return targets;
    }

    // ---- Markdown ----

    /** Returns the text as it was written, its links leading to pages. @param targets of all chapters */
    String markdown(Map<String, String> targets) {
        String text = LINK.matcher(
                        ANCHOR.matcher(COMMENT.matcher(markdown).replaceAll("")).replaceAll(""))
                .replaceAll(link -> {
                    String target = isOutside(link.group(1)) ? null : target(ofFile(link.group(1)), targets);
                    return Matcher.quoteReplacement(target == null ? link.group() : "](" + target + ")");
                });
        return text.strip() + "\n";
    }

    private static boolean isOutside(String destination) {
        return destination.startsWith("/") || URI.create(destination).isAbsolute();
    }

    private String ofFile(String destination) {
        return destination.startsWith("#") ? file + destination : destination;
    }

    // ---- HTML ----

    /** Escaped, its links leading to pages; its buttons are in the language of now. @param targets of all chapters */
    String html(Map<String, String> targets) {
        lead(targets);
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
                .nodeRendererFactory(CodeListing::new)
                .nodeRendererFactory(NamedBlock.Rendering::new)
                .build();
        AtomicInteger tables = new AtomicInteger();
        return TABLE.matcher(renderer.render(document))
                .replaceAll(tag -> tag.group().equals("</table>")
                        ? "</table></div>"
                        : "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\""
                                + ManualPages.escaped(say("Table {n}", tables.incrementAndGet())) + "\"><table>");
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

    private void lead(Map<String, String> targets) {
        document.accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                lead(link, targets);
            }

            /** Links an address of this server's documentation, which no file has. */
            @Override
            public void visit(Code code) {
                if (code.getLiteral().startsWith("/docs/")) {
                    Link link = new Link(code.getLiteral(), null);
                    code.insertBefore(link);
                    link.appendChild(code);
                }
            }
        });
    }

    private void lead(Link link, Map<String, String> targets) {
        String destination = link.getDestination();
        if (isOutside(destination)) {
            return;
        }
        String target = target(ofFile(destination), targets);
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
        boolean isOfHan = Glossary.isOfHan(markdown);
        return (node, tag, attributes) -> {
            if (node instanceof Link && isOfHan && !Glossary.isOfHan(NodeWords.of(node))) {
                attributes.put("lang", "en"); // the title of an English page
            } else if (node instanceof Heading) {
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
}
