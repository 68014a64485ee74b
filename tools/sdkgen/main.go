// Command sdkgen writes the SDKs of the native provider from its schema: sdkgen SCHEMA VERSION FOLDER.
package main

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const (
	tool   = "sdkgen"
	pulumi = "github.com/pulumi/pulumi/sdk/v3"
)

//go:embed logo.png
var logo embed.FS

type files = map[string][]byte

type generator func(*schema.Package, schema.ReferenceLoader) (files, error)

var languages = map[string]generator{
	"dotnet": inDotnet,
	"go":     inGo,
	"nodejs": inNodejs,
	"python": inPython,
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: sdkgen SCHEMA VERSION FOLDER")
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatalf("sdkgen: %v", err)
	}
}

func generate(schemaFile, version, folder string) error {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	for language, generated := range languages {
		pkg, loader, err := bind(text, version)
		if err != nil {
			return err
		}
		written, err := generated(pkg, loader)
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		if err := write(filepath.Join(folder, language), written); err != nil {
			return err
		}
	}
	return nil
}

// bind reads the schema, anew for each language: the generators leave their own notes in it.
func bind(text []byte, version string) (*schema.Package, schema.ReferenceLoader, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, nil, err
	}
	spec.Version = version
	loader := schema.NewPluginLoader(nil)
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err == nil && len(diagnostics) > 0 {
		err = diagnostics
	}
	return pkg, loader, err
}

func inNodejs(pkg *schema.Package, loader schema.ReferenceLoader) (files, error) {
	return nodejs.GeneratePackage(tool, pkg, nil, nil, false, loader)
}

// inPython puts the README where pyproject.toml looks for it.
func inPython(pkg *schema.Package, loader schema.ReferenceLoader) (files, error) {
	written, err := python.GeneratePackage(tool, pkg, nil, loader)
	if err != nil {
		return nil, err
	}
	written["README.md"] = []byte(pkg.Description + "\n")
	return written, nil
}

// inGo adds go.mod, which asks for the Pulumi that this tool is made of.
func inGo(pkg *schema.Package, _ schema.ReferenceLoader) (files, error) {
	written, err := gogen.GeneratePackage(tool, pkg, nil)
	if err != nil {
		return nil, err
	}
	info, known := pkg.Language["go"].(gogen.GoPackageInfo)
	if !known || info.ImportBasePath == "" {
		return nil, errors.New("the schema names no importBasePath")
	}
	version, err := versionOfPulumi()
	if err != nil {
		return nil, err
	}
	module := fmt.Sprintf("module %s\n\ngo 1.25.6\n\nrequire %s %s\n", path.Dir(info.ImportBasePath), pulumi, version)
	written["go.mod"] = []byte(module)
	return written, nil
}

func versionOfPulumi() (string, error) {
	build, _ := debug.ReadBuildInfo()
	for _, each := range build.Deps {
		if each.Path == pulumi {
			return each.Version, nil
		}
	}
	return "", errors.New("this command does not know what it was built from")
}

// inDotnet gives the generator a logo that it need not fetch.
func inDotnet(pkg *schema.Package, _ schema.ReferenceLoader) (files, error) {
	transport := http.DefaultTransport.(*http.Transport)
	transport.RegisterProtocol("file", http.NewFileTransportFS(logo))
	pkg.LogoURL = "file:///logo.png"
	return dotnet.GeneratePackage(tool, pkg, nil, nil)
}

func write(folder string, written files) error {
	for name, content := range written {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
