@main struct ProducerExample { static func main() {} }
