import io.xlate.edi.schema.Schema;
import io.xlate.edi.schema.SchemaFactory;
import io.xlate.edi.stream.EDIInputFactory;
import io.xlate.edi.stream.EDIStreamReader;
import io.xlate.edi.stream.Location;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Validates X12 files with StAEDI (io.xlate:staedi, Apache-2.0). Prints {@code file TAB fault} per
 * fault, and {@code file TAB} at the
 * end of each file. Usage: {@code java -cp staedi.jar StaediVerdict.java SCHEMAS FILE...}, with
 * SCHEMAS/810004010.xml and so on.
 */
public class StaediVerdict {
  private final Path schemas;
  private final Map<String, Schema> known = new HashMap<>();

  private StaediVerdict(Path schemas) {
    this.schemas = schemas;
  }

  public static void main(String[] args) throws Exception {
    var verdict = new StaediVerdict(Path.of(args[0]));
    for (int index = 1; index < args.length; index += 1) verdict.judge(Path.of(args[index]));
  }

  private void judge(Path file) throws Exception {
    var factory = EDIInputFactory.newFactory();
    try (InputStream stream = Files.newInputStream(file); EDIStreamReader reader = factory.createEDIStreamReader(stream, "ISO-8859-1")) {
      String release = "";
      while (reader.hasNext()) {
        var event = reader.next();
        switch (event) {
          case ELEMENT_DATA -> {
            Location at = reader.getLocation();
            if ("GS".equals(at.getSegmentTag()) && at.getElementPosition() == 8) release = reader.getText();
            if ("ST".equals(at.getSegmentTag()) && at.getElementPosition() == 1)
              reader.setTransactionSchema(schemaOf(file, reader.getText(), release));
          }
          case SEGMENT_ERROR, ELEMENT_DATA_ERROR, ELEMENT_OCCURRENCE_ERROR -> {
            Location at = reader.getLocation();
            say(file, "%s%s (segment %d): %s %s".formatted(at.getSegmentTag(),
                at.getElementPosition() > 0 ? "%02d".formatted(at.getElementPosition()) : "", at.getSegmentPosition(),
                reader.getErrorType(), event == io.xlate.edi.stream.EDIStreamEvent.ELEMENT_DATA_ERROR ? reader.getText() : ""));
          }
          default -> { }
        }
      }
    } catch (Exception error) {
      say(file, error.toString());
    }
    say(file, "");
  }

  private Schema schemaOf(Path file, String set, String release) throws Exception {
    String name = set + (release.length() > 6 ? release.substring(0, 6) : release);
    if (!known.containsKey(name)) {
      Path path = schemas.resolve(name + ".xml");
      known.put(name, Files.exists(path) ? SchemaFactory.newFactory().createSchema(path.toUri().toURL()) : null);
    }
    if (known.get(name) == null) say(file, "no schema for " + name);
    return known.get(name);
  }

  private static void say(Path file, String fault) {
    System.out.println(file + "\t" + fault.replaceAll("\\s+", " "));
  }
}
