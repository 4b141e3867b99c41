// Lets the Go client of openapi-generator do the operations that it reads from standard input, a JSON object in each line, and writes
// what came of each: {"operation", "arguments", "query", "body"} in; {"status", "raw", "made", "sent", "error", "unsent"} out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"

	client "example.com/client"
)

type question struct {
	Operation string
	Arguments []string
	Query     [][2]string
	Body      json.RawMessage
}

type answer struct {
	Status int             `json:"status"`
	Raw    string          `json:"raw"`
	Made   json.RawMessage `json:"made,omitempty"`
	Sent   json.RawMessage `json:"sent,omitempty"`
	Error  string          `json:"error,omitempty"`
	Unsent string          `json:"unsent,omitempty"`
}

// keeper keeps the bytes of the answer that a client parses.
type keeper struct{ body []byte }

func (k *keeper) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	k.body, err = io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(strings.NewReader(string(k.body)))
	return response, err
}

func capitalised(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// camel is the generator's name of a parameter.
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts {
		parts[i] = capitalised(part)
	}
	return strings.Join(parts, "")
}

// value is a query's text as what a setter takes.
func value(text string, kind reflect.Type) (reflect.Value, error) {
	made := reflect.New(kind).Elem()
	switch kind.Kind() {
	case reflect.Bool:
		made.SetBool(text == "" || text == "true")
	case reflect.Float32, reflect.Float64:
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return made, err
		}
		made.SetFloat(number)
	case reflect.Int32, reflect.Int64:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return made, err
		}
		made.SetInt(number)
	case reflect.String:
		made.SetString(text)
	default:
		return made, json.Unmarshal([]byte(strconv.Quote(text)), made.Addr().Interface())
	}
	return made, nil
}

func ask(services []reflect.Value, kept *keeper, asked question) (result answer) {
	defer func() {
		if problem := recover(); problem != nil {
			result.Error = fmt.Sprint(problem)
		}
	}()
	var call reflect.Value
	for _, service := range services {
		if method := service.MethodByName(capitalised(asked.Operation)); method.IsValid() {
			arguments := []reflect.Value{reflect.ValueOf(context.Background())}
			for _, argument := range asked.Arguments {
				arguments = append(arguments, reflect.ValueOf(argument))
			}
			call = method.Call(arguments)[0]
		}
	}
	if !call.IsValid() {
		return answer{Error: "the client has no such operation"}
	}
	known := map[string]bool{"Execute": true, "Pretty": true}
	for _, pair := range asked.Query {
		setter := call.MethodByName(camel(pair[0]))
		if !setter.IsValid() {
			return answer{Unsent: "no parameter " + pair[0]}
		}
		known[camel(pair[0])] = true
		made, err := value(pair[1], setter.Type().In(0))
		if err != nil {
			return answer{Unsent: err.Error()}
		}
		call = setter.Call([]reflect.Value{made})[0]
	}
	if len(asked.Body) > 0 && string(asked.Body) != "null" {
		var setter reflect.Value
		for i := 0; i < call.NumMethod(); i++ {
			kind := call.Method(i).Type()
			if known[call.Type().Method(i).Name] || kind.NumIn() != 1 {
				continue
			}
			switch kind.In(0).Kind() {
			case reflect.Struct, reflect.Map, reflect.Slice:
				setter = call.Method(i)
			}
		}
		if !setter.IsValid() {
			return answer{Error: "the operation takes no body"}
		}
		body := reflect.New(setter.Type().In(0))
		if err := json.Unmarshal(asked.Body, body.Interface()); err != nil {
			return answer{Unsent: err.Error()}
		}
		result.Sent, _ = json.Marshal(body.Interface())
		call = setter.Call([]reflect.Value{body.Elem()})[0]
	}
	kept.body = nil
	came := call.MethodByName("Execute").Call(nil)
	err, _ := came[len(came)-1].Interface().(error)
	if response, _ := came[len(came)-2].Interface().(*http.Response); response != nil {
		result.Status = response.StatusCode
	}
	result.Raw = string(kept.body)
	var refusal *client.GenericOpenAPIError
	switch {
	case errors.As(err, &refusal) && refusal.Model() != nil:
		result.Made, _ = json.Marshal(refusal.Model())
	case err != nil:
		result.Error = err.Error()
	case len(came) == 3:
		result.Made, err = json.Marshal(came[0].Interface())
		if err != nil {
			result.Error = err.Error()
		}
	}
	return result
}

func main() {
	kept := &keeper{}
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Args[1]}}
	configuration.HTTPClient = &http.Client{Transport: kept}
	made := client.NewAPIClient(configuration)
	services := []reflect.Value{reflect.ValueOf(made.SizingAPI), reflect.ValueOf(made.OperationAPI)}
	lines := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		out.Encode(ask(services, kept, asked))
	}
}
